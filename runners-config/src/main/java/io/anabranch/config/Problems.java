/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects what is wrong, to be thrown at once. */
final class Problems {
  private record Problem(Place place, String text) {}

  private final String file;
  private final List<Problem> all = new ArrayList<>();

  Problems(String file) {
    this.file = file;
  }

  void add(Place place, String text) {
    all.add(new Problem(place, text));
  }

  void throwIfAny() {
    if (!all.isEmpty()) {
      throw new ConfigurationException(
          file,
          all.stream()
              .sorted(Comparator.comparingInt(problem -> problem.place().order()))
              .map(problem -> problem.place().prefix() + problem.text())
              .toList());
    }
  }
}
