/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.contracts.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.definition.Fingerprint;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.catalog.GarbageRules;
import io.anabranch.catalog.document.ViewRef;
import io.anabranch.contracts.store.FaultInjectingStore.Call;
import io.anabranch.contracts.store.FaultInjectingStore.Faults;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class GarbageRaceTest {
  private static final GarbageRules AT_ONCE =
      new GarbageRules(Duration.ZERO, Duration.ofMinutes(5), false);

  private static OpenSlice open(TestStore store, String view) {
    ViewRef ref =
        new ViewRef(view, new Fingerprint(Map.of("revision", "1")), "log", Duration.ofHours(1));
    return store.openBatch(store.beginRun("batch"), ref, new EpochRange(Epochs.NONE, 5));
  }

  /** Who lists the runs that are alive does not know of one that begins a moment later. */
  @Test
  void runThatBeginsWhileGarbageIsCollectedIsNotGarbage() {
    Clock clock = Clock.systemUTC();
    InMemoryStore storage = new InMemoryStore(clock);
    TestStore runs = new TestStore(storage, clock);
    open(runs, "before");
    AtomicReference<OpenSlice> meanwhile = new AtomicReference<>();
    Faults runsBeginAfterTheyWereListed =
        new Faults() {
          @Override
          public void after(Call call, String detail) {
            if (call == Call.PROGRESS && meanwhile.get() == null) {
              meanwhile.set(open(runs, "before"));
            }
          }
        };
    TestStore collecting =
        new TestStore(new FaultInjectingStore(storage, runsBeginAfterTheyWereListed), clock);

    collecting.collectGarbage(AT_ONCE);
    byte[] key = "k".getBytes(UTF_8);
    runs.write(meanwhile.get(), List.of(new StoredRow(5, 0, key, "k", key, 1)));
    runs.publish(List.of(meanwhile.get()));

    assertThat(runs.live("before").orElseThrow().batchThrough(), is(5L));
  }
}
