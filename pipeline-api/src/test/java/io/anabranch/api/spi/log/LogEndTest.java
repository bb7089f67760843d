/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.log;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.Epochs;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.store.ViewStores;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class LogEndTest {

  @Test
  void emptyLogHasNoClosedRecords() {
    LogEnd end = new LogEnd(LogPosition.START, 9, Long.MAX_VALUE, Epochs.NONE, Epochs.NONE);

    assertThat(end.isEmpty(), is(true));
    assertThat(end.lastClosedWithRecords(), is(OptionalLong.empty()));
  }

  @Test
  void closedEpochsBeforeTheFirstRecordCountForNothing() {
    assertThat(
        new LogEnd(LogPosition.START, 4, 5, 7, Epochs.NONE).lastClosedWithRecords(),
        is(OptionalLong.empty()));
    assertThat(
        new LogEnd(LogPosition.START, Epochs.NONE, 5, 7, Epochs.NONE).lastClosedWithRecords(),
        is(OptionalLong.empty()));
    assertThat(
        new LogEnd(LogPosition.START, 5, 5, 7, Epochs.NONE).lastClosedWithRecords(),
        is(OptionalLong.of(5)));
    assertThat(
        new LogEnd(LogPosition.START, 9, 5, 7, Epochs.NONE).lastClosedWithRecords(),
        is(OptionalLong.of(9)));
  }

  @Test
  void storeOfAnUnknownKindIsRefusedByTheNameOfTheSetting() {
    Settings settings = new Settings(Map.of("url", "jdbc:oracle:x"));

    assertThat(
        assertThrows(UserException.class, () -> ViewStores.open(settings)).getMessage(),
        containsString("store.url \"jdbc:oracle:x\" is of no known kind"));
    assertThrows(UserException.class, () -> ViewStores.exists(new Settings(Map.of())));
  }
}
