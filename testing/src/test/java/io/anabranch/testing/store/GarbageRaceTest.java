/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.Fingerprint;
import io.anabranch.api.spi.GarbageRules;
import io.anabranch.api.spi.SliceRef;
import io.anabranch.api.spi.StoredRow;
import io.anabranch.api.spi.ViewRef;
import io.anabranch.api.spi.ViewStore;
import io.anabranch.catalog.CatalogViewStore;
import io.anabranch.testing.store.FaultInjectingStorage.Call;
import io.anabranch.testing.store.FaultInjectingStorage.Faults;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class GarbageRaceTest {
  private static final GarbageRules AT_ONCE =
      new GarbageRules(Duration.ZERO, Duration.ofMinutes(5), false);

  private static SliceRef open(ViewStore store, String view) {
    ViewRef ref =
        new ViewRef(view, new Fingerprint(Map.of("revision", "1")), "log", Duration.ofHours(1));
    return store.openBatchSlice(store.beginRun("batch"), ref, new EpochRange(Epochs.NONE, 5));
  }

  /** Who lists the runs that are alive does not know of one that begins a moment later. */
  @Test
  void runThatBeginsWhileGarbageIsCollectedIsNotGarbage() {
    Clock clock = Clock.systemUTC();
    InMemoryStorage storage = new InMemoryStorage(clock);
    ViewStore runs = new CatalogViewStore(storage, clock);
    open(runs, "before");
    AtomicReference<SliceRef> meanwhile = new AtomicReference<>();
    Faults runsBeginAfterTheyWereListed =
        new Faults() {
          @Override
          public void after(Call call, String detail) {
            if (call == Call.PROGRESS && meanwhile.get() == null) {
              meanwhile.set(open(runs, "before"));
            }
          }
        };
    ViewStore collecting =
        new CatalogViewStore(
            new FaultInjectingStorage(storage, runsBeginAfterTheyWereListed), clock);

    collecting.collectGarbage(AT_ONCE);
    byte[] key = "k".getBytes(UTF_8);
    runs.write(meanwhile.get(), List.of(new StoredRow(5, 0, key, "k", key, 1)));
    runs.promote(List.of(meanwhile.get()));

    assertThat(runs.pointer("before").orElseThrow().baseThrough(), is(5L));
  }
}
