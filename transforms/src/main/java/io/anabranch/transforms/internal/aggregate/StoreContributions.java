/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import io.anabranch.api.definition.CombinedDefinition;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.row.StoredRowCoder;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.transforms.internal.store.StoreRows;
import java.time.Duration;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.AfterProcessingTime;
import org.apache.beam.sdk.transforms.windowing.AfterWatermark;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;

/**
 * Folds keyed contributions into one accumulator per epoch, bucket and key, and stores it.
 *
 * <p>Input: contributions in {@link io.anabranch.transforms.internal.epoch.EpochWindow}s, bounded
 * or not. Output: nothing, ever; its watermark passes the end of an epoch once all rows of that
 * epoch are stored.
 *
 * <p>Bounded input is stored once, see {@link StoreBlocks}. Unbounded input is stored again, whole,
 * at most {@code refresh} after a row changed, and once more when its epoch ends. Contributions are
 * folded per bundle before the shuffle, and rows are written many at a time, also where a runner's
 * bundles hold one key.
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
  private final transient OpenSlice slice;
  private final transient Settings store;
  private final transient Duration refresh;

  private StoreContributions(
      CombinedDefinition<?, K, V, A, ?> view,
      Shards shards,
      OpenSlice slice,
      Settings store,
      Duration refresh) {
    this.view = view;
    this.shards = shards;
    this.slice = slice;
    this.store = store;
    this.refresh = refresh;
  }

  /**
   * Stores the rows of a view.
   *
   * @param shards how contributions are gathered, of bounded input
   * @param slice where to
   * @param store the settings by which workers open the store
   * @param refresh how long a change may wait, for unbounded input; 1 ms or longer
   */
  public static <K, V, A> StoreContributions<K, V, A> of(
      CombinedDefinition<?, K, V, A, ?> view,
      Shards shards,
      OpenSlice slice,
      Settings store,
      Duration refresh) {
    return new StoreContributions<>(view, shards, slice, store, refresh);
  }

  @Override
  public PCollection<Void> expand(PCollection<KV<K, V>> contributions) {
    return contributions.isBounded() == IsBounded.UNBOUNDED
        ? storeAgainAndAgain(contributions)
        : contributions
            .apply("ToBlocks", ParDo.of(new ToBlocks<>(Aggregation.of(view), shards)))
            .setCoder(StoreBlocks.CODER)
            .apply("Rows", StoreBlocks.of(view, slice, store));
  }

  private PCollection<Void> storeAgainAndAgain(PCollection<KV<K, V>> contributions) {
    PCollection<KV<Integer, StoredRow>> rows =
        contributions
            .apply(
                "PreAggregate",
                ParDo.of(
                    new PreAggregate<>(
                        view.name(), view.keyCoder(), view.combineFn(), PreAggregate.MOST_ENTRIES)))
            .setCoder(KvCoder.of(view.keyCoder(), PartialCoder.of(view.accumulatorCoder())))
            .apply("Panes", panes())
            .apply("Merge", Combine.perKey(new MergePartials<>(view.name(), view.combineFn())))
            .apply(
                "ToRows",
                ParDo.of(
                    new ToRows<>(
                        view.name(), view.keyCoder(), view.accumulatorCoder(), StoreRows.SHARDS)))
            .setCoder(KvCoder.of(VarIntCoder.of(), StoredRowCoder.of()));
    return rows.apply("Rows", StoreRows.to(store, slice));
  }

  private Window<KV<K, Partial<A>>> panes() {
    return Window.<KV<K, Partial<A>>>configure()
        .withAllowedLateness(org.joda.time.Duration.ZERO)
        .withOnTimeBehavior(Window.OnTimeBehavior.FIRE_IF_NON_EMPTY)
        .accumulatingFiredPanes()
        .triggering(
            AfterWatermark.pastEndOfWindow()
                .withEarlyFirings(
                    AfterProcessingTime.pastFirstElementInPane()
                        .plusDelayOf(org.joda.time.Duration.millis(refresh.toMillis()))));
  }
}
