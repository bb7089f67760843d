/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli;

import io.anabranch.api.UsageException;
import java.util.List;
import java.util.Locale;

/** What the process finds where it was started, checked before anything else. */
public final class Surroundings {
  /** Flink 1.19 and Beam 2.70 run on these. */
  private static final int OLDEST_JAVA = 17;

  private static final int NEWEST_JAVA = 21;

  private Surroundings() {}

  /**
   * Fails on a version of Java that the runners cannot run on.
   *
   * @throws UsageException if so
   */
  public static void requireJava(int feature) {
    if (feature < OLDEST_JAVA || feature > NEWEST_JAVA) {
      throw new UsageException(
          "this is Java %d, and Beam and Flink run on Java %d to %d: set JAVA_HOME to such a JDK"
              .formatted(feature, OLDEST_JAVA, NEWEST_JAVA));
    }
  }

  /**
   * Fails if the locale cannot spell what the command line holds, as it would mean something else.
   *
   * @param encoding in which Java reads arguments, the property {@code sun.jnu.encoding}
   * @throws UsageException if so
   */
  public static void requireReadable(List<String> arguments, String encoding) {
    if (!encoding.equals("UTF-8")
        && arguments.stream().anyMatch(argument -> argument.indexOf('\uFFFD') >= 0)) {
      throw new UsageException(
          "an argument cannot be read in the encoding of the locale, %s: set a UTF-8 locale, for instance LC_ALL=C.UTF-8"
              .formatted(encoding));
    }
  }

  /** Numbers and times are printed the same everywhere, as programs and scripts read them. */
  static void printAlike() {
    Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
  }
}
