/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.definition.WindowedDefinition;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.row.StoredRowCoder;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.transforms.internal.epoch.RowWindows;
import io.anabranch.transforms.internal.store.StoreRows;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.DefaultTrigger;
import org.apache.beam.sdk.transforms.windowing.TimestampCombiner;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;

/**
 * Stores the rows of a windowed view, one for each window and key, once the window is complete.
 *
 * <p>Input: an author's rows in windows of intervals, bounded or not. Output: nothing, ever; its
 * watermark passes the end of a window once its rows are stored. Rows of windows that are complete
 * with other epochs than those asked for are left out: they are another slice's, or may lack events
 * that were not read.
 *
 * <p>Failures: two rows of one window and key fail the bundle, as only the author knows which of
 * them is meant.
 *
 * <p>Delivery: a row that is written twice changes nothing. A store that fails makes the bundle
 * fail, and the runner tries again.
 *
 * @param <K> the key
 * @param <V> the value
 */
public final class StoreWindows<K, V> extends PTransform<PCollection<KV<K, V>>, PCollection<Void>> {
  private final transient WindowedDefinition<?, K, V> view;
  private final transient Epochs epochs;
  private final transient EpochRange owned;
  private final transient OpenSlice slice;
  private final transient Settings store;

  private StoreWindows(
      WindowedDefinition<?, K, V> view,
      Epochs epochs,
      EpochRange owned,
      OpenSlice slice,
      Settings store) {
    this.view = view;
    this.epochs = epochs;
    this.owned = owned;
    this.slice = slice;
    this.store = store;
  }

  /**
   * Stores the rows of a view.
   *
   * @param owned the epochs with which the windows are complete that are stored
   * @param slice where to
   * @param store the settings by which workers open the store
   */
  public static <K, V> StoreWindows<K, V> of(
      WindowedDefinition<?, K, V> view,
      Epochs epochs,
      EpochRange owned,
      OpenSlice slice,
      Settings store) {
    return new StoreWindows<>(view, epochs, owned, slice, store);
  }

  @Override
  public PCollection<Void> expand(PCollection<KV<K, V>> rows) {
    return rows.apply(
            "Windows",
            Window.<KV<K, V>>into(new RowWindows<>())
                .triggering(DefaultTrigger.of())
                .withAllowedLateness(
                    org.joda.time.Duration.ZERO, Window.ClosingBehavior.FIRE_IF_NON_EMPTY)
                .withOnTimeBehavior(Window.OnTimeBehavior.FIRE_IF_NON_EMPTY)
                .withTimestampCombiner(TimestampCombiner.END_OF_WINDOW)
                .discardingFiredPanes())
        .apply("OneOfAKey", GroupByKey.create())
        .apply("ToRows", ParDo.of(new WindowRows<>(view, epochs, owned, StoreRows.SHARDS)))
        .setCoder(KvCoder.of(VarIntCoder.of(), StoredRowCoder.of()))
        .apply("Rows", StoreRows.to(store, slice));
  }
}
