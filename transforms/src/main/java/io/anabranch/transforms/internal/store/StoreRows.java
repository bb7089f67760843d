/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.store;

import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.transforms.internal.store.RowWriter.Mode;
import org.apache.beam.sdk.coders.VoidCoder;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.AfterFirst;
import org.apache.beam.sdk.transforms.windowing.AfterPane;
import org.apache.beam.sdk.transforms.windowing.AfterProcessingTime;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.Repeatedly;
import org.apache.beam.sdk.transforms.windowing.TimestampCombiner;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;

/**
 * Writes rows of windows to the store, many at a time, also where a runner's bundles hold one key.
 * Those of unbounded input that come once the run is about to stop are left out.
 *
 * <p>Input: rows by shard, bounded or not, in any windows. Output: nothing, ever; its watermark
 * passes the time of a row once that row is stored.
 */
public final class StoreRows
    extends PTransform<PCollection<KV<Integer, StoredRow>>, PCollection<Void>> {
  /** How many shards rows come in. */
  public static final int SHARDS = 8;

  private static final int BATCH = 500;
  private static final org.joda.time.Duration LONGEST_WAIT = org.joda.time.Duration.millis(200);

  private final transient Settings store;
  private final transient OpenSlice slice;

  private StoreRows(Settings store, OpenSlice slice) {
    this.store = store;
    this.slice = slice;
  }

  /** Writes to a slice. */
  public static StoreRows to(Settings store, OpenSlice slice) {
    return new StoreRows(store, slice);
  }

  @Override
  public PCollection<Void> expand(PCollection<KV<Integer, StoredRow>> rows) {
    Mode mode = rows.isBounded() == IsBounded.BOUNDED ? Mode.FILL : Mode.REPLACE_WINDOWS;
    return rows.apply("Batches", batches())
        .apply("Batch", GroupByKey.create())
        .apply("Write", ParDo.of(new WriteRows(store, slice, mode)))
        .setCoder(VoidCoder.of());
  }

  /**
   * Lets rows wait for others of their shard, up to a number and a time. Beam's own grouping holds
   * the watermark at the earliest row that waits, so it passes the end of an epoch only once the
   * epoch's rows are written. ({@code GroupIntoBatches} 2.70 holds it at the first row to come,
   * which may be of a later epoch than the next.)
   */
  private static Window<KV<Integer, StoredRow>> batches() {
    return Window.<KV<Integer, StoredRow>>into(new GlobalWindows())
        .triggering(
            Repeatedly.forever(
                AfterFirst.of(
                    AfterPane.elementCountAtLeast(BATCH),
                    AfterProcessingTime.pastFirstElementInPane().plusDelayOf(LONGEST_WAIT))))
        .withTimestampCombiner(TimestampCombiner.EARLIEST)
        .withAllowedLateness(org.joda.time.Duration.ZERO)
        .discardingFiredPanes();
  }
}
