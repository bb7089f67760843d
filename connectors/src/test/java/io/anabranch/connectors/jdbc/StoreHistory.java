/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import static io.anabranch.connectors.jdbc.Stores.ref;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.Garbage;
import io.anabranch.api.spi.GarbageRules;
import io.anabranch.api.spi.LivePointer;
import io.anabranch.api.spi.LiveState;
import io.anabranch.api.spi.ReadRequest;
import io.anabranch.api.spi.SliceRef;
import io.anabranch.api.spi.StoredRow;
import io.anabranch.api.spi.ViewStore;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A random history of one view. After each step what readers see is compared with a model, whose
 * state is a list of slices, a live version and the epoch that it reaches. A step that the model
 * does not allow must be refused and change nothing.
 */
final class StoreHistory {
  static final List<String> STEPS =
      List.of(
          "openStream",
          "openFull",
          "openNext",
          "promote",
          "complete",
          "write",
          "openFold",
          "fill",
          "replace",
          "discard",
          "dropAbsorbed",
          "endRun",
          "gc");
  static final List<String> REFUSABLE =
      List.of("openStream", "openNext", "promote", "complete", "write", "openFold", "replace");
  private static final int LENGTH = 32;
  private static final GarbageRules COUNT =
      new GarbageRules(Duration.ZERO, Duration.ofDays(365), true);
  private static final GarbageRules COLLECT =
      new GarbageRules(Duration.ZERO, Duration.ofDays(365), false);

  private final ViewStore store;
  private final Connection people;
  private final long seed;
  private final String view;
  private final Random random;
  private final List<String> story = new ArrayList<>();
  private final Map<String, Integer> done = new TreeMap<>();
  private final List<SliceRef> refs = new ArrayList<>();
  private final List<ModelFold> folds = new ArrayList<>();
  private final Map<Long, ModelSlice> slices = new HashMap<>();
  private final Set<Long> ended = new HashSet<>();
  private ModelVersion base;
  private ModelSlice speed;
  private long line = Epochs.NONE;

  StoreHistory(ViewStore store, Connection people, long seed) {
    this.store = store;
    this.people = people;
    this.seed = seed;
    this.view = "views-" + seed;
    this.random = new Random(seed);
  }

  /** What became of a slice. */
  private enum State {
    HIDDEN,
    SHOWN,
    FOLDED,
    GONE
  }

  /** One computation of the view. */
  private static final class ModelVersion {
    final int definition;
    boolean replaced;

    ModelVersion(int definition) {
      this.definition = definition;
    }
  }

  /** What a slice holds, and who may write to it. */
  private static final class ModelSlice {
    final long number;
    final ModelVersion version;
    final long after;
    final long through;
    final boolean batch;
    final ModelVersion baseWhenOpened;
    final long lineWhenOpened;
    final Map<String, StoredRow> rows = new HashMap<>();
    State state = State.HIDDEN;
    long owner;
    long complete = Epochs.NONE;

    ModelSlice(
        SliceRef ref,
        ModelVersion version,
        long through,
        boolean batch,
        ModelVersion baseWhenOpened,
        long lineWhenOpened) {
      this.number = ref.slice();
      this.owner = ref.run();
      this.version = version;
      this.after = ref.after();
      this.through = through;
      this.batch = batch;
      this.baseWhenOpened = baseWhenOpened;
      this.lineWhenOpened = lineWhenOpened;
    }

    void put(StoredRow row) {
      rows.merge(
          row.epoch() + " " + row.bucket() + " " + row.keyText(),
          row,
          (old, now) -> now.contributions() >= old.contributions() ? now : old);
    }
  }

  /** A fold on its way, and the slices that it is made of. */
  private record ModelFold(SliceRef ref, ModelSlice slice, List<ModelSlice> sources) {
    List<Long> numbers() {
      return sources.stream().map(source -> source.number).toList();
    }
  }

  /** Runs the history; returns how often which step was done, and refused. */
  Map<String, Integer> run() throws Exception {
    for (int step = 0; step < LENGTH; step++) {
      switch (random.nextInt(refs.isEmpty() ? 2 : 21)) {
        case 0 -> openStream();
        case 1 -> openFull();
        case 2, 3 -> openNext();
        case 4, 5, 6 -> promote();
        case 7 -> complete();
        case 8, 9 -> openFold();
        case 10 -> fill();
        case 11, 12, 20 -> replace();
        case 13 -> discard();
        case 14 -> dropAbsorbed();
        case 15 -> endRun();
        case 16 -> collectGarbage();
        default -> write();
      }
      check();
    }
    return done;
  }

  private void check() throws Exception {
    ReadRequest all = Stores.all(view);
    List<String> visible = visible();
    List<String> read = new ArrayList<>();
    Optional<LiveState> state = store.read(all, row -> read.add(Stores.text(row)));
    read.sort(null);
    assertThat(story(), read, is(visible));
    assertThat(story(), ReadTest.liveView(people, view), is(visible));
    assertThat(story(), state.isPresent(), is(base != null || speed != null));
    if (state.isPresent()) {
      LivePointer pointer = state.get().pointer();
      assertThat(story(), pointer.baseThrough(), is(line));
      assertThat(story(), pointer.speed().isPresent(), is(speed != null));
      List<EpochRange> epochs =
          state.get().slices().stream()
              .map(LiveState.LiveSlice::epochs)
              .sorted(Comparator.comparing(EpochRange::toString))
              .toList();
      assertThat(
          story(),
          epochs,
          is(
              answering()
                  .map(slice -> new EpochRange(slice.after, slice.through))
                  .sorted(Comparator.comparing(EpochRange::toString))
                  .toList()));
    }
  }

  private void openStream() {
    int definition = definition();
    long run = store.beginRun("speed");
    boolean allowed =
        base != null
            ? base.definition == definition
            : speed == null || speed.version.definition == definition;
    SliceRef opened =
        attempt(
            "openStream",
            "of definition " + definition,
            allowed,
            () -> store.openStreamSlice(run, ref(view, definition), Architecture.LAMBDA));
    if (opened == null) {
      return;
    }
    if (speed == null) {
      speed =
          new ModelSlice(
              opened, new ModelVersion(definition), Long.MAX_VALUE, false, null, Epochs.NONE);
      speed.state = State.SHOWN;
      slices.put(opened.slice(), speed);
    }
    speed.owner = run;
    refs.add(opened);
    assertThat(story(), slices.get(opened.slice()) == speed, is(true));
    assertThat(story(), opened.after(), is(Math.max(line, speed.complete)));
  }

  private void openFull() {
    int definition = definition();
    long through = Math.max(line, random.nextInt(6)) + random.nextInt(3) - 1;
    openBatch("openFull", definition, Epochs.NONE, through, true, new ModelVersion(definition));
  }

  private void openNext() {
    int definition = base != null && random.nextInt(8) > 0 ? base.definition : definition();
    long after = line != Epochs.NONE && random.nextInt(8) > 0 ? line : random.nextInt(6);
    boolean allowed = base != null && line == after && base.definition == definition;
    openBatch("openNext", definition, after, after + 1 + random.nextInt(2), allowed, base);
  }

  private void openBatch(
      String step,
      int definition,
      long after,
      long through,
      boolean allowed,
      ModelVersion version) {
    EpochRange epochs = new EpochRange(after, through);
    long run = store.beginRun("batch");
    SliceRef opened =
        attempt(
            step,
            epochs + " of definition " + definition,
            allowed,
            () -> store.openBatchSlice(run, ref(view, definition), epochs));
    if (opened != null) {
      slices.put(opened.slice(), new ModelSlice(opened, version, through, true, base, line));
      refs.add(opened);
    }
  }

  private void promote() {
    SliceRef ref = anyRef();
    ModelSlice slice = slices.get(ref.slice());
    boolean again = slice.state == State.SHOWN && slice.version == base;
    boolean unmoved =
        slice.batch
            && slice.state == State.HIDDEN
            && slice.baseWhenOpened == base
            && slice.lineWhenOpened == line
            && slice.through >= line;
    attempt(
        "promote",
        name(ref),
        slice.owner == ref.run() && (again || unmoved),
        () -> {
          store.promote(List.of(ref));
          if (!again) {
            show(slice);
          }
          return true;
        });
  }

  private void show(ModelSlice slice) {
    slice.state = State.SHOWN;
    if (base != null && base != slice.version) {
      base.replaced = true;
    }
    base = slice.version;
    line = slice.through;
    if (speed != null && speed.version.definition != base.definition) {
      speed.version.replaced = true;
      speed.owner = 0; // its run must stop
      speed = null;
    }
  }

  private void complete() {
    SliceRef ref = anyRef();
    ModelSlice slice = slices.get(ref.slice());
    long epoch = random.nextInt(8);
    attempt(
        "complete",
        name(ref) + " through " + epoch,
        slice.owner == ref.run(),
        () -> {
          store.complete(ref, epoch);
          slice.complete = Math.max(slice.complete, epoch);
          return true;
        });
  }

  /** Batch rows are of the last epoch of their slice; speed rows of any, also of absorbed ones. */
  private void write() {
    SliceRef ref = anyRef();
    ModelSlice slice = slices.get(ref.slice());
    List<StoredRow> rows = new ArrayList<>();
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      rows.add(
          Stores.row(
              slice.batch ? slice.through : random.nextInt(12) - 1,
              random.nextInt(2),
              random.nextBoolean() ? "a" : "b",
              random.nextInt(1_000),
              1 + random.nextInt(3)));
    }
    attempt(
        "write",
        rows.size() + " rows to " + name(ref),
        slice.owner == ref.run() && (!slice.batch || slice.state == State.HIDDEN),
        () -> {
          store.write(ref, rows);
          rows.stream().filter(row -> slice != speed || row.epoch() > line).forEach(slice::put);
          return true;
        });
  }

  private void openFold() {
    List<ModelSlice> sources = sources();
    if (sources.size() < 2) {
      return;
    }
    int definition = base != null && random.nextInt(8) > 0 ? base.definition : definition();
    boolean allowed =
        base != null && base.definition == definition && sources.stream().allMatch(this::isLive);
    List<Long> numbers = sources.stream().map(source -> source.number).toList();
    long run = store.beginRun("compact");
    SliceRef opened =
        attempt(
            "openFold",
            "of slices " + numbers + ", definition " + definition,
            allowed,
            () -> store.openFold(run, ref(view, definition), numbers));
    if (opened != null) {
      long through = sources.get(sources.size() - 1).through;
      // a fold was never opened against a line, so it is never promoted
      ModelSlice slice = new ModelSlice(opened, base, through, false, null, Epochs.NONE);
      slices.put(opened.slice(), slice);
      ModelFold fold = new ModelFold(opened, slice, sources);
      folds.add(fold);
      if (random.nextInt(4) > 0) {
        fill(fold);
      }
    }
  }

  /** Neighbours of the live version, or what another fold was made of. */
  private List<ModelSlice> sources() {
    if (!folds.isEmpty() && random.nextInt(4) == 0) {
      return folds.get(random.nextInt(folds.size())).sources();
    }
    List<ModelSlice> live =
        slices.values().stream()
            .filter(this::isLive)
            .sorted(Comparator.comparing(slice -> slice.after))
            .toList();
    int from = live.size() < 2 ? 0 : random.nextInt(live.size() - 1);
    int to = live.size() < 2 ? 0 : from + 2 + random.nextInt(live.size() - from - 1);
    return live.subList(from, to);
  }

  private void fill() {
    if (!folds.isEmpty()) {
      fill(folds.get(random.nextInt(folds.size())));
    }
  }

  private void fill(ModelFold fold) {
    List<StoredRow> scanned = new ArrayList<>();
    store.scan(fold.numbers(), scanned::add);
    List<StoredRow> stored =
        fold.sources().stream().flatMap(source -> source.rows.values().stream()).toList();
    assertThat(story(), texts(scanned), is(texts(stored.stream().sorted(BY_BUCKET_AND_KEY))));
    Map<String, StoredRow> sums = new TreeMap<>();
    for (StoredRow row : scanned) {
      sums.merge(
          row.bucket() + " " + row.keyText(),
          sum(fold.slice().through, row, 0, 0),
          (sum, one) -> sum(sum.epoch(), one, Stores.value(sum), sum.contributions()));
    }
    attempt(
        "fill",
        name(fold.ref()),
        fold.slice().owner == fold.ref().run() && fold.slice().state == State.HIDDEN,
        () -> {
          store.write(fold.ref(), sums.values());
          sums.values().forEach(fold.slice()::put);
          return true;
        });
  }

  private static StoredRow sum(long epoch, StoredRow row, long value, long contributions) {
    return Stores.row(
        epoch,
        row.bucket() / 60_000,
        row.keyText(),
        Stores.value(row) + value,
        row.contributions() + contributions);
  }

  private void replace() {
    if (folds.isEmpty()) {
      return;
    }
    boolean last = random.nextInt(3) > 0;
    ModelFold fold = folds.get(last ? folds.size() - 1 : random.nextInt(folds.size()));
    boolean allowed =
        fold.slice().owner == fold.ref().run()
            && fold.slice().version == base
            && fold.sources().stream().allMatch(this::isLive);
    attempt(
        "replace",
        fold.numbers() + " by " + name(fold.ref()),
        allowed,
        () -> {
          store.replace(fold.ref(), fold.numbers());
          fold.slice().state = State.SHOWN;
          fold.sources().forEach(source -> source.state = State.FOLDED);
          return true;
        });
  }

  private void discard() {
    boolean ofFold = !folds.isEmpty() && random.nextBoolean();
    SliceRef ref =
        ofFold
            ? folds.get(random.nextInt(folds.size())).ref()
            : refs.get(random.nextInt(refs.size()));
    attempt(
        "discard",
        name(ref),
        true,
        () -> {
          store.discard(List.of(ref));
          if (slices.get(ref.slice()).state == State.HIDDEN) {
            remove(slices.get(ref.slice()));
          }
          return true;
        });
  }

  private void dropAbsorbed() {
    long absorbed = speed == null ? 0 : absorbed().count();
    attempt(
        "dropAbsorbed",
        "",
        true,
        () -> {
          assertThat(story(), store.dropAbsorbed(view), is(absorbed));
          dropAbsorbedRows();
          return true;
        });
  }

  private Stream<StoredRow> absorbed() {
    return speed.rows.values().stream().filter(row -> row.epoch() <= line);
  }

  private void dropAbsorbedRows() {
    if (speed != null) {
      speed.rows.values().removeIf(row -> row.epoch() <= line);
    }
  }

  private void endRun() {
    SliceRef ref = anyRef();
    attempt(
        "endRun",
        "" + ref.run(),
        true,
        () -> {
          store.endRun(ref.run());
          ended.add(ref.run());
          return true;
        });
  }

  private void collectGarbage() {
    List<ModelSlice> garbage =
        slices.values().stream()
            .filter(slice -> slice.state != State.GONE)
            .filter(
                slice ->
                    slice.version.replaced
                        || slice.state == State.FOLDED
                        || (slice.state == State.HIDDEN && ended.contains(slice.owner)))
            .toList();
    long rows =
        garbage.stream().mapToLong(slice -> slice.rows.size()).sum()
            + (speed == null ? 0 : absorbed().count());
    Set<ModelVersion> versions = versions();
    attempt(
        "gc",
        garbage.size() + " slices",
        true,
        () -> {
          Garbage counted = store.collectGarbage(COUNT);
          garbage.forEach(this::remove);
          dropAbsorbedRows();
          versions.removeAll(versions());
          Garbage removed = store.collectGarbage(COLLECT);
          assertThat(story(), removed, is(new Garbage(versions.size(), garbage.size(), rows)));
          assertThat(story(), counted, is(removed));
          return true;
        });
    assertThat(story(), store.collectGarbage(COLLECT), is(new Garbage(0, 0, 0)));
  }

  /** Returns the versions that there are. */
  private Set<ModelVersion> versions() {
    Set<ModelVersion> versions = new HashSet<>();
    slices.values().stream()
        .filter(slice -> slice.state != State.GONE)
        .forEach(slice -> versions.add(slice.version));
    return versions;
  }

  private void remove(ModelSlice slice) {
    slice.state = State.GONE;
    slice.owner = 0;
    slice.rows.clear();
  }

  private boolean isLive(ModelSlice slice) {
    return slice.state == State.SHOWN && slice.version == base;
  }

  private Stream<ModelSlice> answering() {
    return slices.values().stream().filter(slice -> isLive(slice) || slice == speed);
  }

  private List<String> visible() {
    return answering()
        .flatMap(
            slice ->
                slice.rows.values().stream()
                    .filter(row -> row.epoch() > slice.after && row.epoch() <= slice.through)
                    .filter(row -> slice != speed || row.epoch() > line)
                    .map(
                        row ->
                            String.format(
                                "%s %d %s=%d",
                                slice == speed ? "speed" : "batch",
                                row.bucket() / 60_000,
                                row.keyText(),
                                Stores.value(row))))
        .sorted()
        .toList();
  }

  private static final Comparator<StoredRow> BY_BUCKET_AND_KEY =
      Comparator.comparing(StoredRow::bucket)
          .thenComparing(StoredRow::keyText)
          .thenComparing(StoredRow::epoch);

  private static List<String> texts(Stream<StoredRow> rows) {
    return texts(rows.toList());
  }

  private static List<String> texts(List<StoredRow> rows) {
    return rows.stream()
        .map(
            row -> row.bucket() + " " + row.keyText() + " " + row.epoch() + "=" + Stores.value(row))
        .toList();
  }

  private <T> T attempt(String step, String what, boolean allowed, Supplier<T> action) {
    story.add(step + " " + what + (allowed ? "" : " (must be refused)"));
    T result = null;
    String refusal = null;
    try {
      result = action.get();
    } catch (UserException e) {
      refusal = e.getMessage();
      story.add("refused: " + refusal);
    }
    assertThat(story(), refusal == null, is(allowed));
    done.merge(allowed ? step : step + ", refused", 1, Integer::sum);
    return result;
  }

  private int definition() {
    return random.nextInt(6) == 0 ? 2 : 1;
  }

  private SliceRef anyRef() {
    // mostly one of the last, of whose runs some are still at work
    int last = refs.size() - 1;
    return refs.get(Math.max(0, last - random.nextInt(random.nextInt(4) == 0 ? last + 1 : 3)));
  }

  private static String name(SliceRef ref) {
    return "slice " + ref.slice() + " as run " + ref.run();
  }

  private String story() {
    return "seed " + seed + ":\n  " + String.join("\n  ", story) + "\n";
  }
}
