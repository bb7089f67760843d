/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.print;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.matchesPattern;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.definition.Fingerprint;
import io.anabranch.api.spi.log.LogDistance;
import io.anabranch.api.spi.log.LogSize;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.api.spi.store.StoreException;
import io.anabranch.api.spi.store.StoreException.Code;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.catalog.Runs;
import io.anabranch.catalog.document.ViewRef;
import io.anabranch.contracts.TestClock;
import io.anabranch.contracts.log.ForwardingLog;
import io.anabranch.contracts.store.FaultInjectingStore;
import io.anabranch.contracts.store.FaultInjectingStore.Call;
import io.anabranch.contracts.store.FaultInjectingStore.Faults;
import io.anabranch.contracts.store.InMemoryStore;
import io.anabranch.contracts.store.TestStore;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ProgressTest {
  private static final int LOG_BYTES = 4 << 20;

  private final StringWriter err = new StringWriter();

  private final TestClock clock = new TestClock();

  @Test
  void runIsReportedByTheSliceThatIsFurthestBehindAndMoreAndMoreSeldom() {
    try (InMemoryStore memory = new InMemoryStore(clock);
        TestStore store = new TestStore(memory, clock)) {
      clock.set(Instant.now()); // it is told as long as it is read
      long run = store.beginRun("replay");
      List<OpenSlice> slices = store.openSpeed(run, List.of(ref("ahead"), ref("behind")));
      store.write(slices.get(0), rows(1_234));
      store.beginReading(slices, Epochs.NONE, true);
      store.addReading(slices, 0, 0, 1);
      clock.advance(Duration.ofSeconds(4));
      store.addReading(slices.subList(0, 1), 2, 3 << 20, 100);
      store.addReading(slices.subList(1, 2), 2, 1 << 20, 100);

      try (Progress progress = progress(memory)) {
        progress.running("replay", run);
        for (int tick = 0; tick < 3; tick++) {
          progress.tick();
        }
        progress.done(run);
        progress.tick();
      }
    }

    String line =
        "replay run 1: \\d s, 1,234 rows stored, \\[#####---------------\\] 25\\.0% of the log read,"
            + " 256\\.0 KiB/s, 12 s left";
    assertThat(
        err.toString().lines().toList(),
        contains(
            matchesPattern("replay run 1 started"), matchesPattern(line), matchesPattern(line)));
  }

  @Test
  void storeThatDoesNotAnswerIsReported() {
    Faults locked =
        new Faults() {
          @Override
          public void before(Call call, String detail) {
            throw new StoreException(Code.LOCKED, "locked");
          }
        };
    ViewStore store = new FaultInjectingStore(new InMemoryStore(clock), locked);
    try (Progress progress = progress(store)) {
      progress.running("replay", 7);
      progress.tick();
    }

    assertThat(
        err.toString().lines().toList(),
        contains(
            matchesPattern("replay run 7 started"),
            matchesPattern("replay run 7: \\d s, the store does not answer")));
  }

  private Progress progress(ViewStore store) {
    return Progress.start(
        new Runs(store), Optional.of(new LogOfFourMiB()), new PrintWriter(err, true));
  }

  private static ViewRef ref(String view) {
    return new ViewRef(view, new Fingerprint(Map.of()), "log", Duration.ofHours(1));
  }

  private static List<StoredRow> rows(int count) {
    List<StoredRow> rows = new ArrayList<>();
    for (int row = 0; row < count; row++) {
      rows.add(new StoredRow(0, row, new byte[] {'k'}, "k", new byte[0], 1));
    }
    return rows;
  }

  /** Four records, all of which are to be read. */
  private static final class LogOfFourMiB extends ForwardingLog {
    LogOfFourMiB() {
      super(null);
    }

    @Override
    public LogSize size(EpochRange range) {
      boolean all = range.through() == Long.MAX_VALUE;
      return new LogSize(all ? 4 : 0, LogDistance.bytes(all ? LOG_BYTES : 0));
    }
  }
}
