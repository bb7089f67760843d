/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.print;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.spi.log.LogDistance;
import io.anabranch.wiring.version.Lag;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class CatchingTest {
  private static final Instant LONG_AGO = Instant.parse("2026-03-01T10:00:00.123Z");

  @Test
  void whoReadsHasARateAndATimeLeft() {
    assertThat(
        Catching.text(new Lag(7, 1_024, 3_072, LogDistance.Unit.BYTES, 1_024, Instant.now())),
        is("25.0% of the log read, 1.0 KiB/s, 3 s left"));
  }

  @Test
  void whoWasNotHeardOfForAWhileHasNone() {
    assertThat(
        Catching.text(new Lag(7, 1_024, 3_072, LogDistance.Unit.BYTES, 1_024, LONG_AGO)),
        is("25.0% of the log read, the last of it at 2026-03-01T10:00:00Z"));
  }

  @Test
  void whoHasReadAllNeedsNeither() {
    assertThat(
        Catching.text(new Lag(7, 1_024, 0, LogDistance.Unit.BYTES, 1_024, LONG_AGO)),
        is("100.0% of the log read"));
  }
}
