/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.config;

import java.util.Optional;

/**
 * Where a setting was given.
 *
 * @param order sorts problems: lines of the file, then overrides, then what has no place
 * @param label what a problem begins with, or nothing
 */
record Place(int order, Optional<String> label) {
  static final Place NOWHERE = new Place(Integer.MAX_VALUE, Optional.empty());

  static Place line(int number) {
    return new Place(number, Optional.of("line " + number));
  }

  static Place override(String path) {
    return new Place(Integer.MAX_VALUE - 1, Optional.of("--set " + path));
  }

  String prefix() {
    return label.map(text -> text + ": ").orElse("");
  }
}
