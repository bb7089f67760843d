/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import io.anabranch.api.definition.CombinedDefinition;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.row.StoredRowCoder;
import io.anabranch.api.spi.store.OpenSlice;
import java.time.Duration;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.AfterProcessingTime;
import org.apache.beam.sdk.transforms.windowing.AfterWatermark;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.DefaultTrigger;
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
 * <p>Bounded input is stored once. Unbounded input is stored again, whole, at most {@code refresh}
 * after a row changed, and once more when its epoch ends. Contributions are folded per bundle
 * before the shuffle, and rows are written many at a time, also where a runner's bundles hold one
 * key.
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
  private static final org.joda.time.Duration FOR_EVER =
      org.joda.time.Duration.millis(BoundedWindow.TIMESTAMP_MAX_VALUE.getMillis());

  private final transient CombinedDefinition<?, K, V, A, ?> view;
  private final transient OpenSlice slice;
  private final transient Settings store;
  private final transient Duration refresh;

  private StoreContributions(
      CombinedDefinition<?, K, V, A, ?> view, OpenSlice slice, Settings store, Duration refresh) {
    this.view = view;
    this.slice = slice;
    this.store = store;
    this.refresh = refresh;
  }

  /**
   * Stores the rows of a view.
   *
   * @param slice where to
   * @param store the settings by which workers open the store
   * @param refresh how long a change may wait, for unbounded input; 1 ms or longer
   */
  public static <K, V, A> StoreContributions<K, V, A> of(
      CombinedDefinition<?, K, V, A, ?> view, OpenSlice slice, Settings store, Duration refresh) {
    return new StoreContributions<>(view, slice, store, refresh);
  }

  @Override
  public PCollection<Void> expand(PCollection<KV<K, V>> contributions) {
    boolean unbounded = contributions.isBounded() == IsBounded.UNBOUNDED;
    PCollection<KV<Integer, StoredRow>> rows =
        contributions
            .apply(
                "PreAggregate",
                ParDo.of(
                    new PreAggregate<>(
                        view.name(), view.keyCoder(), view.combineFn(), PreAggregate.MOST_ENTRIES)))
            .setCoder(KvCoder.of(view.keyCoder(), PartialCoder.of(view.accumulatorCoder())))
            .apply("Panes", panes(unbounded))
            .apply("Merge", Combine.perKey(new MergePartials<>(view.name(), view.combineFn())))
            .apply(
                "ToRows",
                ParDo.of(
                    new ToRows<>(
                        view.name(), view.keyCoder(), view.accumulatorCoder(), StoreRows.SHARDS)))
            .setCoder(KvCoder.of(VarIntCoder.of(), StoredRowCoder.of()));
    return rows.apply("Rows", StoreRows.to(store, slice));
  }

  /** Nothing is late for an epoch of bounded input, whatever timestamps contributions have. */
  private Window<KV<K, Partial<A>>> panes(boolean unbounded) {
    Window<KV<K, Partial<A>>> window =
        Window.<KV<K, Partial<A>>>configure()
            .withAllowedLateness(unbounded ? org.joda.time.Duration.ZERO : FOR_EVER)
            .withOnTimeBehavior(Window.OnTimeBehavior.FIRE_IF_NON_EMPTY)
            .accumulatingFiredPanes();
    return window.triggering(
        unbounded
            ? AfterWatermark.pastEndOfWindow()
                .withEarlyFirings(
                    AfterProcessingTime.pastFirstElementInPane()
                        .plusDelayOf(org.joda.time.Duration.millis(refresh.toMillis())))
            : DefaultTrigger.of());
  }
}
