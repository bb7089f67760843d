/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import io.anabranch.api.Epochs;
import io.anabranch.api.definition.CombinedDefinition;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.store.OpenSlice;
import java.time.Duration;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;

/**
 * Folds keyed contributions into one accumulator per epoch, bucket and key, and stores it.
 *
 * <p>Input: contributions in {@link io.anabranch.transforms.internal.epoch.EpochWindow}s, bounded
 * or not. Output: nothing, ever; its watermark passes the end of an epoch once all rows of that
 * epoch are stored.
 *
 * <p>Contributions are folded per bundle, and travel as blocks of rows; see {@link StoreBlocks}.
 *
 * <p>Delivery: a row replaces another only if it folds no fewer contributions, so writing it twice
 * or out of order changes nothing. A store that fails makes the bundle fail, and the runner tries
 * again.
 *
 * @param <K> the key
 * @param <V> one contribution
 * @param <A> the accumulator
 */
public final class StoreContributions<K, V, A>
    extends PTransform<PCollection<KV<K, V>>, PCollection<Void>> {
  private final transient CombinedDefinition<?, K, V, A, ?> view;
  private final transient Shards shards;
  private final transient Epochs epochs;
  private final transient OpenSlice slice;
  private final transient Settings store;
  private final transient Duration refresh;

  private StoreContributions(
      CombinedDefinition<?, K, V, A, ?> view,
      Shards shards,
      Epochs epochs,
      OpenSlice slice,
      Settings store,
      Duration refresh) {
    this.view = view;
    this.shards = shards;
    this.epochs = epochs;
    this.slice = slice;
    this.store = store;
    this.refresh = refresh;
  }

  /**
   * Stores the rows of a view.
   *
   * @param shards how contributions are gathered; by epoch, if they are unbounded
   * @param slice where to
   * @param store the settings by which workers open the store
   * @param refresh how long a change may wait, for unbounded input; 1 ms or longer
   */
  public static <K, V, A> StoreContributions<K, V, A> of(
      CombinedDefinition<?, K, V, A, ?> view,
      Shards shards,
      Epochs epochs,
      OpenSlice slice,
      Settings store,
      Duration refresh) {
    return new StoreContributions<>(view, shards, epochs, slice, store, refresh);
  }

  @Override
  public PCollection<Void> expand(PCollection<KV<K, V>> contributions) {
    return contributions
        .apply("ToBlocks", ParDo.of(new ToBlocks<>(Aggregation.of(view), shards, epochs)))
        .setCoder(StoreBlocks.CODER)
        .apply("Rows", StoreBlocks.of(view, shards, epochs, slice, store, refresh));
  }
}
