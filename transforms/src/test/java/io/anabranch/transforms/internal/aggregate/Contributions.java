/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import static io.anabranch.transforms.testkit.Script.EPOCHS;

import io.anabranch.api.EpochRange;
import io.anabranch.api.EventFormat;
import io.anabranch.api.MaterializedView;
import io.anabranch.api.definition.CombinedDefinition;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.Fence;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.transforms.internal.epoch.EpochEvent;
import io.anabranch.transforms.internal.epoch.EpochWindows;
import io.anabranch.transforms.testkit.Recording;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;

/** A view that sums: its events are texts such as {@code "a 5"}, its buckets minutes. */
final class Contributions {
  static final Duration BUCKET = Duration.ofMinutes(1);
  private static final long MOST_BYTES = 10_000; // so that blocks are given out early, too
  static final OpenSlice SLICE =
      new OpenSlice(1, new Fence("sums", 2, 3, 4), new EpochRange(4, Long.MAX_VALUE), 5);

  private Contributions() {}

  static CombinedDefinition<String, String, Long, ?, Long> view() {
    return ViewDefinition.of(
        MaterializedView.of(String.class, "sums")
            .bucket(BUCKET)
            .contributions(new Parse())
            .combine(Sum.ofLongs()),
        EventFormat.lines(line -> line)
            .timestamp(line -> Instant.EPOCH)
            .coder(StringUtf8Coder.of()));
  }

  /** From events to contributions in epoch windows, as wiring does it. */
  static PCollection<KV<String, Long>> of(
      PCollection<EpochEvent<String>> events, EpochWindows<String> windows) {
    return events
        .apply("Epochs", Window.into(windows))
        .apply("Values", ParDo.of(new ValueFn()))
        .apply("Contributions", new Parse());
  }

  static PCollection<Void> store(
      PCollection<KV<String, Long>> contributions, Recording store, Duration refresh) {
    Shards shards = new Shards(16, MOST_BYTES, contributions.isBounded() == IsBounded.UNBOUNDED);
    return contributions.apply(
        "Store", StoreContributions.of(view(), shards, EPOCHS, SLICE, store.settings(), refresh));
  }

  /** Which row it is, as text: epoch, bucket, key. */
  static String id(long epoch, long bucket, String key) {
    return EPOCHS.start(epoch) + " " + Instant.ofEpochMilli(bucket) + " " + key;
  }

  static String id(StoredRow row) {
    try {
      return id(
          row.epoch(),
          row.bucket(),
          CoderUtils.decodeFromByteArray(StringUtf8Coder.of(), row.key()));
    } catch (CoderException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The sum and the number of contributions of a row. */
  static String value(StoredRow row) {
    try {
      return CoderUtils.decodeFromByteArray(VarLongCoder.of(), row.accumulator())
          + " of "
          + row.contributions();
    } catch (CoderException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What a store keeps: of each row the one with the most contributions. */
  static Map<String, String> kept(List<StoredRow> rows) {
    Map<String, StoredRow> best = new TreeMap<>();
    for (StoredRow row : rows) {
      best.merge(id(row), row, (a, b) -> b.contributions() >= a.contributions() ? b : a);
    }
    Map<String, String> values = new TreeMap<>();
    best.forEach((id, row) -> values.put(id, value(row)));
    return values;
  }

  /** The plain fold that the rows must equal. */
  static final class Fold {
    private final Map<String, long[]> sums = new TreeMap<>();

    void add(long epoch, long eventTime, String key, long value) {
      long bucket = Math.floorDiv(eventTime, BUCKET.toMillis()) * BUCKET.toMillis();
      long[] sum = sums.computeIfAbsent(id(epoch, bucket, key), absent -> new long[2]);
      sum[0] += value;
      sum[1]++;
    }

    Map<String, String> rows() {
      Map<String, String> rows = new TreeMap<>();
      sums.forEach((id, sum) -> rows.put(id, sum[0] + " of " + sum[1]));
      return rows;
    }
  }

  private static final class Parse
      extends PTransform<PCollection<String>, PCollection<KV<String, Long>>> {
    private static final long serialVersionUID = 1L;

    @Override
    public PCollection<KV<String, Long>> expand(PCollection<String> lines) {
      return lines
          .apply("Parse", ParDo.of(new ParseFn()))
          .setCoder(KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of()));
    }
  }

  private static final class ParseFn extends DoFn<String, KV<String, Long>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element String line, OutputReceiver<KV<String, Long>> out) {
      int space = line.indexOf(' ');
      out.output(KV.of(line.substring(0, space), Long.valueOf(line.substring(space + 1))));
    }
  }

  private static final class ValueFn extends DoFn<EpochEvent<String>, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element EpochEvent<String> event, OutputReceiver<String> out) {
      out.output(event.value());
    }
  }
}
