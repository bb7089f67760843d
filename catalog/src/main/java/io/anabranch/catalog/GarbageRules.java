/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * Which things that no pointer reaches are garbage.
 *
 * @param grace how long a version or slice is kept after another took its place; 0 or longer
 * @param deadAfter how long a run that did not end has not been heard of before it counts as dead;
 *     0 or longer
 * @param dryRun whether to count only
 */
public record GarbageRules(Duration grace, Duration deadAfter, boolean dryRun) {

  /**
   * Checks the durations.
   *
   * @throws IllegalArgumentException if one is negative
   */
  public GarbageRules {
    if (requireNonNull(grace, "grace").isNegative()
        || requireNonNull(deadAfter, "deadAfter").isNegative()) {
      throw new IllegalArgumentException(
          "grace is " + grace + " and deadAfter is " + deadAfter + ": they must be 0 or longer");
    }
  }
}
