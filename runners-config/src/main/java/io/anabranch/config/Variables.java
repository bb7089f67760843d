/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.config;

import io.anabranch.config.Node.Entry;
import io.anabranch.config.Node.Items;
import io.anabranch.config.Node.Section;
import io.anabranch.config.Node.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts the values of environment variables in the place of {@code ${NAME}} within values; {@code
 * $${NAME}} stands for {@code ${NAME}} itself. What a variable holds is not looked into again.
 */
final class Variables {
  private static final Pattern VARIABLE = Pattern.compile("(\\$?)\\$\\{([^}]*)}");

  private final Function<String, Optional<String>> environment;
  private final Problems problems;
  private boolean allSet = true;

  /**
   * Looks variables up.
   *
   * @param environment gives the value of a variable, if it is set
   */
  Variables(Function<String, Optional<String>> environment, Problems problems) {
    this.environment = environment;
    this.problems = problems;
  }

  /** Replaces variables in all values of a section; returns whether all of them are set. */
  boolean replaceIn(Section section) {
    replaceIn(section, "");
    return allSet;
  }

  private void replaceIn(Section section, String prefix) {
    section.entries().replaceAll((name, entry) -> replaced(prefix + name, entry));
  }

  private Entry replaced(String name, Entry entry) {
    return new Entry(entry.place(), replaced(name, entry.place(), entry.value()));
  }

  private Node replaced(String name, Place place, Node node) {
    if (node instanceof Section section) {
      replaceIn(section, name + ".");
    } else if (node instanceof Text text) {
      return new Text(replaced(name, place, text.value()));
    } else if (node instanceof Items items) {
      List<Node> replaced = new ArrayList<>();
      items.values().forEach(item -> replaced.add(replaced(name, place, item)));
      return new Items(replaced);
    }
    return node;
  }

  private String replaced(String name, Place place, String text) {
    return VARIABLE
        .matcher(text)
        .replaceAll(
            match -> Matcher.quoteReplacement(value(name, place, match.group(1), match.group(2))));
  }

  private String value(String name, Place place, String escape, String variable) {
    if (!escape.isEmpty()) {
      return "${" + variable + "}";
    }
    return environment
        .apply(variable)
        .orElseGet(
            () -> {
              allSet = false;
              problems.add(
                  place,
                  "\"%s\" names the environment variable %s, which is not set: set it, or write $${%s} for the text itself"
                      .formatted(name, variable, variable));
              return "unset";
            });
  }
}
