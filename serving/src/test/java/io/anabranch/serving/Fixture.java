/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.serving;

import io.anabranch.api.Answer;
import io.anabranch.api.Architecture;
import io.anabranch.api.CombinedView;
import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.EventFormat;
import io.anabranch.api.KeyText;
import io.anabranch.api.MaterializedView;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.log.LogPosition;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.api.spi.store.ViewStores;
import io.anabranch.catalog.document.ViewRef;
import io.anabranch.catalog.transition.SlicePlan;
import io.anabranch.contracts.store.TestStore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;

/** A real store with one view "words", its contributions and its reader. */
final class Fixture<A, O> implements AutoCloseable {
  private final TestStore store;
  private final ViewDefinition<String, String, Long, A, O> view;

  Fixture(Path folder, ViewDefinition<String, String, Long, A, O> view) {
    this.store =
        new TestStore(
            ViewStores.open(
                new Settings(Map.of("url", "jdbc:sqlite:" + folder.resolve("views.db")))),
            Clock.systemUTC());
    this.view = view;
  }

  /** The view "words" of one minute, with numbers as contributions. */
  static <A, O> ViewDefinition<String, String, Long, A, O> words(CombineFn<Long, A, O> fn) {
    return definition(view(fn));
  }

  static <A, O> CombinedView<String, String, Long, A, O> view(CombineFn<Long, A, O> fn) {
    return MaterializedView.of(String.class, "words")
        .bucket(Duration.ofMinutes(1))
        .contributions(new Lengths())
        .combine(fn);
  }

  static <A, O> ViewDefinition<String, String, Long, A, O> definition(
      CombinedView<String, String, Long, A, O> view) {
    return ViewDefinition.of(
        view,
        EventFormat.<String>lines(line -> line)
            .timestamp(line -> Instant.EPOCH)
            .coder(StringUtf8Coder.of()));
  }

  TestStore store() {
    return store;
  }

  OpenSlice speed() {
    return follow(Architecture.LAMBDA);
  }

  OpenSlice follow(Architecture architecture) {
    return store.openStream(store.beginRun("stream"), ref(), architecture);
  }

  /** A batch version of its own. */
  OpenSlice batch(long through, StoredRow... rows) {
    return next(Epochs.NONE, through, rows);
  }

  /** A slice that continues the batch version; it answers. */
  OpenSlice next(long after, long through, StoredRow... rows) {
    OpenSlice slice = open(after, through, rows);
    store.publish(List.of(slice));
    return slice;
  }

  /** A slice that continues the batch version; it does not answer yet. */
  OpenSlice open(long after, long through, StoredRow... rows) {
    SlicePlan plan = new SlicePlan(ref(), new EpochRange(after, through));
    OpenSlice slice = store.openBatch(store.beginRun("batch"), List.of(plan)).get(0);
    store.write(slice, List.of(rows));
    return slice;
  }

  /** Tells the store of a log that has records from epoch {@code first} to {@code last}. */
  void seen(long first, long last, long closedThrough) {
    store.heartbeat(store.beginRun("stream"), "log", log(first, last, closedThrough));
  }

  /** A log that has records from epoch {@code first} to {@code last}. */
  static LogEnd log(long first, long last, long closedThrough) {
    return new LogEnd(LogPosition.START, closedThrough, first, last, Epochs.NONE);
  }

  static LogEnd emptyLog() {
    return new LogEnd(LogPosition.START, Epochs.NONE, Long.MAX_VALUE, Epochs.NONE, Epochs.NONE);
  }

  void write(OpenSlice slice, StoredRow... rows) {
    store.write(slice, List.of(rows));
  }

  /** The row that these contributions make; the bucket is in minutes. */
  StoredRow row(long epoch, long bucket, String key, long... contributions) {
    return row(view, epoch, bucket, key, contributions);
  }

  static <K, A> StoredRow row(
      ViewDefinition<?, K, Long, A, ?> view,
      long epoch,
      long bucket,
      K key,
      long... contributions) {
    return new StoredRow(
        epoch,
        bucket * 60_000,
        encode(view.keyCoder(), key),
        KeyText.of(key),
        accumulator(view, contributions),
        contributions.length);
  }

  static <A> byte[] accumulator(ViewDefinition<?, ?, Long, A, ?> view, long... contributions) {
    A accumulator = view.combineFn().createAccumulator();
    for (long contribution : contributions) {
      accumulator = view.combineFn().addInput(accumulator, contribution);
    }
    return encode(view.accumulatorCoder(), accumulator);
  }

  static <T> byte[] encode(Coder<T> coder, T value) {
    try {
      return CoderUtils.encodeToByteArray(coder, value);
    } catch (CoderException e) {
      throw new IllegalStateException(e);
    }
  }

  ViewReader<String, O> reader() {
    return ViewReader.of(store.store(), view);
  }

  Answer<String, O> read(Query query) {
    return reader().read(query);
  }

  /** The rows as text: {@code 0 a=3} is bucket 0, key a, value 3. */
  List<String> rows(Query query) {
    return read(query).rows().stream()
        .map(
            row ->
                row.bucket().map(b -> b.start().getEpochSecond() / 60 + " ").orElse("")
                    + row.key()
                    + "="
                    + row.value())
        .toList();
  }

  @Override
  public void close() {
    store.close();
  }

  ViewRef ref() {
    return ref(view);
  }

  static ViewRef ref(ViewDefinition<?, ?, ?, ?, ?> view) {
    return new ViewRef(view.name(), view.fingerprint(), "log", Duration.ofHours(1));
  }

  private static final class Lengths
      extends PTransform<PCollection<String>, PCollection<KV<String, Long>>> {
    @Override
    public PCollection<KV<String, Long>> expand(PCollection<String> words) {
      return words.apply("Length", ParDo.of(new LengthFn()));
    }
  }

  private static final class LengthFn extends DoFn<String, KV<String, Long>> {
    @ProcessElement
    public void process(@Element String word, OutputReceiver<KV<String, Long>> out) {
      out.output(KV.of(word, (long) word.length()));
    }
  }
}
