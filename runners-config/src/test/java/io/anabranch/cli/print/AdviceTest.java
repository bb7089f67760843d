/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.print;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.UserException;
import io.anabranch.api.spi.log.LogException;
import io.anabranch.api.spi.store.Fence;
import io.anabranch.api.spi.store.FencedException;
import io.anabranch.api.spi.store.StoreException;
import io.anabranch.catalog.document.CatalogException;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AdviceTest {
  @Test
  void messageIsFollowedByWhatToDo() {
    assertThat(
        Advice.text(new CatalogException(CatalogException.Code.NOT_COMPUTED, "no answer yet")),
        is("no answer yet. Compute it first, with \"anabranch run\""));
  }

  @Test
  void timesAreNamedWhereTheyAreNeeded() {
    LogException behind =
        LogException.clockBehind(
            "the log is closed",
            Instant.parse("2026-01-01T12:00:00Z"),
            Instant.parse("2026-01-01T13:00:00Z"));
    LogException ahead = LogException.clockAhead("too late", Instant.parse("2026-01-01T14:00:00Z"));

    assertThat(Advice.text(behind), containsString("--at 2026-01-01T12:00:00Z"));
    assertThat(Advice.text(behind), containsString("close --force --through 2026-01-01T13:00:00Z"));
    assertThat(Advice.text(ahead), containsString("--at 2026-01-01T14:00:00Z"));
  }

  @Test
  void causeThatAdviceIsKnownForCounts() {
    UserException wrapped =
        new UserException("failed", new StoreException(StoreException.Code.LOCKED, "locked"));

    assertThat(Advice.text(wrapped), containsString("failed. End that process or raise"));
    assertThat(Advice.of(new UserException("whatever")), is(Optional.empty()));
  }

  @Test
  void adviceForARunThatLostItsFenceSaysWhy() {
    FencedException fenced = new FencedException(new Fence("sales", 1, 3, 0), 5);

    assertThat(
        Advice.text(fenced),
        is(
            "run 3 is fenced and cannot write view \"sales\": run 5 took over. Keep one run of a layer"
                + " at a time"));
  }

  @ParameterizedTest
  @EnumSource(LogException.Code.class)
  void errorOfAnotherLogNeverFailsForItsAdvice(LogException.Code code) {
    assertThat(Advice.text(LogException.of(code, "no")), containsString("no"));
  }

  @ParameterizedTest
  @EnumSource(CatalogException.Code.class)
  void everyRefusalOfTheCatalogHasAdvice(CatalogException.Code code) {
    assertThat(Advice.of(new CatalogException(code, "no")).isPresent(), is(true));
  }
}
