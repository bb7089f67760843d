/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.config;

import io.anabranch.config.Node.Entry;
import io.anabranch.config.Node.Nothing;
import io.anabranch.config.Node.Section;
import io.anabranch.config.Node.Text;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** Finds settings of the right type; the others are problems. */
final class Lookup {
  /** What is allowed where any text will do. */
  static final String SCALAR = "text, a number, true or false";

  private final Section root;
  private final Problems problems;

  Lookup(Section root, Problems problems) {
    this.root = root;
    this.problems = problems;
  }

  /** Returns a section: empty if it is not there, nothing if it is a problem. */
  Optional<Section> section(String name) {
    return section(name, "a map");
  }

  /** Returns a section that may be something else, which is said if it is neither. */
  Optional<Section> section(String name, String allowed) {
    return map(root, name, name, allowed + ", for instance " + Key.exampleOf(name));
  }

  /** Returns whether a section is a word instead. */
  boolean isWord(String section, String word) {
    Entry entry = root.entries().get(section);
    return entry != null && entry.value().equals(new Text(word));
  }

  /** Returns a map within a section in the same way. */
  Optional<Section> map(Section within, Key key) {
    return map(within, key.leaf(), key.path(), "a map, for instance " + key.example());
  }

  /** Returns a map of a map in the same way. */
  Optional<Section> map(Section within, String name, Key key) {
    return map(within, name, key.path() + "." + name, "a map, for instance " + key.example());
  }

  /**
   * Returns the text of a key; nothing if it is not there, which is a problem if it is required, or
   * is itself a problem.
   *
   * @param within the key's section
   */
  Optional<String> text(Section within, Key key) {
    Entry entry = within.entries().get(key.leaf());
    if (entry == null) {
      if (key.otherwise().isEmpty()) {
        problems.add(
            Place.NOWHERE,
            "missing required key \"%s\": add for instance %s"
                .formatted(key.path(), key.example()));
      }
      return key.otherwise();
    }
    String allowed = "text, for instance " + key.example();
    Optional<String> text = scalar(key.path(), entry, allowed);
    if (text.isPresent() && text.get().isBlank()) {
      noValue(key.path(), entry, allowed);
      return Optional.empty();
    }
    return text;
  }

  Optional<String> text(Key key) {
    return text(root, key);
  }

  /** Returns the text of a setting, or nothing and a problem. */
  Optional<String> scalar(String path, Entry entry, String allowed) {
    if (entry.value() instanceof Text text) {
      return Optional.of(text.value());
    }
    if (entry.value() instanceof Nothing) {
      noValue(path, entry, allowed);
    } else {
      wrongType(path, entry, allowed);
    }
    return Optional.empty();
  }

  boolean isAbsent(Key top) {
    return !root.entries().containsKey(top.leaf());
  }

  Place place(Key top) {
    return place(root, top.leaf());
  }

  Place place(Section within, String name) {
    Entry entry = within.entries().get(name);
    return entry == null ? Place.NOWHERE : entry.place();
  }

  void refuseUnknownAtTheTop() {
    refuseUnknown(root, "", Key.namesIn(""));
  }

  /**
   * Makes each key that is not known a problem.
   *
   * @param prefix what comes before its name: nothing, or a section and a dot
   */
  void refuseUnknown(Section section, String prefix, Collection<String> known) {
    for (Map.Entry<String, Entry> entry : section.entries().entrySet()) {
      if (!known.contains(entry.getKey())) {
        problems.add(entry.getValue().place(), unknown(prefix, entry.getKey(), known));
      }
    }
  }

  private static String unknown(String prefix, String name, Collection<String> known) {
    int dot = name.indexOf('.');
    String head = dot < 0 ? name : name.substring(0, dot);
    String tail = dot < 0 ? "" : name.substring(dot);
    if (known.contains(head)) {
      return Key.isMap(prefix + head)
          ? "unknown key \"%s%s\": write it as a map, %s: { %s: ... }"
              .formatted(prefix, name, head, tail.substring(1))
          : "unknown key \"%s%s\": \"%s%s\" is a single value, without keys of its own"
              .formatted(prefix, name, prefix, head);
    }
    return Words.nearest(name, known)
        .or(() -> Words.nearest(head, known).map(near -> near + tail))
        .map(
            near ->
                "unknown key \"%s%s\": did you mean \"%s%s\"?"
                    .formatted(prefix, name, prefix, near))
        .orElseGet(
            () ->
                "unknown key \"%s%s\": known are %s"
                    .formatted(
                        prefix,
                        name,
                        Words.listed(known.stream().sorted().map(key -> prefix + key).toList())));
  }

  private Optional<Section> map(Section within, String name, String path, String allowed) {
    Entry entry = within.entries().get(name);
    if (entry == null || entry.value() instanceof Nothing) {
      return Optional.of(Section.empty());
    }
    if (entry.value() instanceof Section section) {
      return Optional.of(section);
    }
    wrongType(path, entry, allowed);
    return Optional.empty();
  }

  private void wrongType(String path, Entry entry, String allowed) {
    problems.add(
        entry.place(),
        "\"%s\" is %s: write %s".formatted(path, entry.value().described(path), allowed));
  }

  private void noValue(String path, Entry entry, String allowed) {
    problems.add(entry.place(), "\"%s\" has no value: write %s".formatted(path, allowed));
  }
}
