/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import static io.anabranch.connectors.jdbc.Stores.ref;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.ReadRequest;
import io.anabranch.api.spi.SliceRef;
import io.anabranch.api.spi.StoredRow;
import io.anabranch.api.spi.ViewStore;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random runs of batch and speed, of two definitions, against a model of what readers may see. */
class HistoriesTest {
  private static final int HISTORIES = 100;
  private static final int STEPS = 15;

  @TempDir Path folder;

  @Test
  void readersSeeWhatTheModelSays() throws Exception {
    Path file = folder.resolve("views.db");
    try (ViewStore store = Stores.open(file)) {
      for (long seed = 0; seed < HISTORIES; seed++) {
        new History(store, file, seed).run();
      }
    }
  }

  /** What a slice holds, and who may write to it. */
  private static final class ModelSlice {
    final int definition;
    final long after;
    final long through;
    final ModelSlice baseWhenOpened;
    final Map<String, StoredRow> rows = new HashMap<>();
    long owner;
    long complete = Epochs.NONE;

    ModelSlice(int definition, long after, long through, ModelSlice baseWhenOpened) {
      this.definition = definition;
      this.after = after;
      this.through = through;
      this.baseWhenOpened = baseWhenOpened;
    }
  }

  private static final class History {
    private final ViewStore store;
    private final Path file;
    private final long seed;
    private final String view;
    private final Random random;
    private final List<String> steps = new ArrayList<>();
    private final List<SliceRef> refs = new ArrayList<>();
    private final Map<Long, ModelSlice> slices = new HashMap<>();
    private ModelSlice base;
    private ModelSlice speed;
    private long line = Epochs.NONE;

    History(ViewStore store, Path file, long seed) {
      this.store = store;
      this.file = file;
      this.seed = seed;
      this.view = "views-" + seed;
      this.random = new Random(seed);
    }

    void run() throws Exception {
      ReadRequest all = new ReadRequest(view, Optional.empty(), Optional.empty(), Set.of());
      for (int step = 0; step < STEPS; step++) {
        int choice = refs.isEmpty() ? random.nextInt(2) : random.nextInt(8);
        switch (choice) {
          case 0 -> openStream();
          case 1 -> openBatch();
          case 2, 3 -> promote(anyRef());
          case 4 -> complete(anyRef());
          default -> write(anyRef());
        }
        assertThat(story(), Stores.read(store, all), is(visible()));
        assertThat(story(), ReadTest.liveView(file, view), is(visible()));
      }
    }

    private void openStream() {
      int definition = definition();
      long run = store.beginRun("speed");
      ModelSlice pointedTo = base != null ? base : speed;
      boolean allowed = pointedTo == null || pointedTo.definition == definition;
      SliceRef opened =
          attempt(
              "openStream, definition " + definition,
              allowed,
              () -> store.openStreamSlice(run, ref(view, definition), Architecture.LAMBDA));
      if (opened == null) {
        return;
      }
      if (speed == null) {
        speed = new ModelSlice(definition, line, Long.MAX_VALUE, null);
        slices.put(opened.slice(), speed);
      }
      speed.owner = run;
      refs.add(opened);
      assertThat(story(), slices.get(opened.slice()) == speed, is(true));
      assertThat(story(), opened.after(), is(Math.max(line, speed.complete)));
    }

    private void openBatch() {
      int definition = definition();
      long through = random.nextInt(8);
      long run = store.beginRun("batch");
      SliceRef opened =
          attempt(
              "openBatch through " + through + ", definition " + definition,
              true,
              () ->
                  store.openBatchSlice(
                      run, ref(view, definition), new EpochRange(Epochs.NONE, through)));
      ModelSlice slice = new ModelSlice(definition, Epochs.NONE, through, base);
      slice.owner = run;
      slices.put(opened.slice(), slice);
      refs.add(opened);
    }

    private void promote(SliceRef ref) {
      ModelSlice slice = slices.get(ref.slice());
      if (slice.through == Long.MAX_VALUE) {
        return;
      }
      boolean again = slice == base;
      attempt(
          "promote slice " + ref.slice(),
          again || (slice.baseWhenOpened == base && slice.through >= line),
          () -> {
            store.promote(List.of(ref));
            base = slice;
            line = slice.through;
            if (speed != null && speed.definition != slice.definition) {
              speed.owner = 0; // its run must stop
              speed = null;
            }
            return null;
          });
    }

    private void complete(SliceRef ref) {
      ModelSlice slice = slices.get(ref.slice());
      long epoch = random.nextInt(8);
      attempt(
          "complete slice " + ref.slice() + " through " + epoch,
          slice.owner == ref.run(),
          () -> {
            store.complete(ref, epoch);
            slice.complete = Math.max(slice.complete, epoch);
            return null;
          });
    }

    private void write(SliceRef ref) {
      ModelSlice slice = slices.get(ref.slice());
      List<StoredRow> rows = new ArrayList<>();
      for (int i = 1 + random.nextInt(4); i > 0; i--) {
        rows.add(
            Stores.row(
                random.nextInt(10) - 1,
                random.nextInt(2),
                random.nextBoolean() ? "a" : "b",
                random.nextInt(1_000),
                random.nextInt(4)));
      }
      attempt(
          "write " + rows.size() + " rows to slice " + ref.slice() + " as run " + ref.run(),
          slice.owner == ref.run(),
          () -> {
            store.write(ref, rows);
            for (StoredRow row : rows) {
              slice.rows.merge(
                  row.epoch() + " " + row.bucket() + " " + row.keyText(),
                  row,
                  (old, now) -> now.contributions() >= old.contributions() ? now : old);
            }
            return null;
          });
    }

    private List<String> visible() {
      List<String> visible = new ArrayList<>();
      add("batch", base, Epochs.NONE, visible);
      add("speed", speed, line, visible);
      visible.sort(null);
      return visible;
    }

    private static void add(String layer, ModelSlice slice, long line, List<String> visible) {
      if (slice == null) {
        return;
      }
      for (StoredRow row : slice.rows.values()) {
        if (row.epoch() > slice.after && row.epoch() <= slice.through && row.epoch() > line) {
          long value = ByteBuffer.wrap(row.accumulator()).getLong();
          visible.add(
              String.format("%s %d %s=%d", layer, row.bucket() / 60_000, row.keyText(), value));
        }
      }
    }

    private <T> T attempt(String step, boolean allowed, Supplier<T> action) {
      steps.add(step + (allowed ? "" : " (must be refused)"));
      T result = null;
      boolean done;
      try {
        result = action.get();
        done = true;
      } catch (UserException e) {
        steps.add("refused: " + e.getMessage());
        done = false;
      }
      assertThat(story(), done, is(allowed));
      return result;
    }

    private int definition() {
      return random.nextInt(4) == 0 ? 2 : 1;
    }

    private SliceRef anyRef() {
      return refs.get(random.nextInt(refs.size()));
    }

    private String story() {
      return "seed " + seed + ":\n  " + String.join("\n  ", steps) + "\n";
    }
  }
}
