/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A part of a YAML document, with the places of its keys. */
sealed interface Node {

  /** Text, a number, true or false, as it is spelt. */
  record Text(String value) implements Node {}

  /** A list. */
  record Items(List<Node> values) implements Node {}

  /** A map in the order of the file; overrides are put into it. */
  record Section(Map<String, Entry> entries) implements Node {
    static Section empty() {
      return new Section(new LinkedHashMap<>());
    }
  }

  /** A key without a value. */
  record Nothing() implements Node {}

  /** A value and where its key is. */
  record Entry(Place place, Node value) {}

  /** Says what it is, for a problem, without secrets. */
  default String described(String path) {
    String shown = shown(path);
    String cut = shown.length() > 80 ? shown.substring(0, 77) + "..." : shown;
    if (this instanceof Section) {
      return "the map " + cut;
    }
    return this instanceof Items ? "the list " + cut : "\"" + cut + "\"";
  }

  private String shown(String path) {
    if (this instanceof Text text) {
      return Secrets.hidden(path, text.value());
    }
    if (this instanceof Items items) {
      return items.values().stream()
          .map(item -> item.shown(path))
          .collect(Collectors.joining(", ", "[", "]"));
    }
    if (this instanceof Section section) {
      return section.entries().entrySet().stream()
          .map(e -> e.getKey() + ": " + e.getValue().value().shown(path + "." + e.getKey()))
          .collect(Collectors.joining(", ", "{", "}"));
    }
    return "";
  }
}
