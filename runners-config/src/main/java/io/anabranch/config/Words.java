/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Lists and suggestions for messages. */
final class Words {
  private Words() {}

  /**
   * Returns the known word that was probably meant: one edit away for up to three letters, two for
   * up to eight, a third of the letters beyond; upper and lower case are the same.
   */
  static Optional<String> nearest(String word, Collection<String> known) {
    int most = word.length() <= 3 ? 1 : Math.max(2, word.length() / 3);
    return known.stream()
        .filter(candidate -> distance(word, candidate) <= most)
        .min(Comparator.comparingInt(candidate -> distance(word, candidate)));
  }

  /** Returns the words quoted, divided by commas. */
  static String listed(Collection<String> words) {
    return words.isEmpty()
        ? "nothing, as no connector is on the class path"
        : words.stream().map(word -> "\"" + word + "\"").collect(Collectors.joining(", "));
  }

  /** Returns what is allowed instead of a word, with a suggestion if there is one. */
  static String allowed(String word, Collection<String> known) {
    return "%sallowed are %s"
        .formatted(
            nearest(word, known).map(near -> "did you mean \"%s\"? ".formatted(near)).orElse(""),
            listed(known));
  }

  private static int distance(String one, String other) {
    return LevenshteinDistance.getDefaultInstance()
        .apply(one.toLowerCase(Locale.ROOT), other.toLowerCase(Locale.ROOT));
  }
}
