/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.config;

import io.anabranch.config.Node.Entry;
import io.anabranch.config.Node.Nothing;
import io.anabranch.config.Node.Section;
import io.anabranch.config.Node.Text;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Puts the overrides of the command line into the settings of the file. */
final class Overrides {
  private static final Pattern PATH = Pattern.compile("[^.\\s]+(\\.[^.\\s]+)*");
  private static final String HINT = "write KEY=VALUE, for instance speed.refresh=5s";

  private Overrides() {}

  /** Keys that nobody knows are put in too: they are found with those of the file. */
  static void apply(List<String> overrides, Section root, Problems problems) {
    for (String override : overrides) {
      int equals = override.indexOf('=');
      String path = override.substring(0, Math.max(0, equals)).strip();
      if (equals < 0) {
        String shown = Secrets.isSecret(override) ? "***" : override;
        problems.add(Place.override("\"" + shown + "\""), "there is no \"=\": " + HINT);
      } else if (!PATH.matcher(path).matches()) {
        problems.add(Place.override("\"" + path + "\""), "this is not a key: " + HINT);
      } else if (override.substring(equals + 1).isBlank()) {
        problems.add(Place.override(path), "the value is empty: " + HINT);
      } else {
        Entry entry = new Entry(Place.override(path), new Text(override.substring(equals + 1)));
        put(root, "", path, entry);
      }
    }
  }

  /** Only maps are walked into; in all others a dot is a part of the name. */
  private static void put(Section section, String prefix, String path, Entry entry) {
    int dot = path.indexOf('.');
    String first = path.substring(0, Math.max(0, dot));
    if (dot < 0 || !Key.isMap(prefix + first)) {
      section.entries().put(path, entry);
      return;
    }
    within(section, first, entry.place())
        .ifPresent(inner -> put(inner, prefix + first + ".", path.substring(dot + 1), entry));
  }

  /** Returns nothing if there is something else than a map, which is a problem of its own. */
  private static Optional<Section> within(Section section, String name, Place place) {
    Entry there = section.entries().get(name);
    if (there == null || there.value() instanceof Nothing) {
      Section created = Section.empty();
      section.entries().put(name, new Entry(there == null ? place : there.place(), created));
      return Optional.of(created);
    }
    return there.value() instanceof Section inner ? Optional.of(inner) : Optional.empty();
  }
}
