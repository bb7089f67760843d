/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import io.anabranch.api.Epochs;
import io.anabranch.api.definition.CombinedDefinition;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.transforms.internal.store.RowWriter.Mode;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.coders.VoidCoder;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.AfterProcessingTime;
import org.apache.beam.sdk.transforms.windowing.AfterWatermark;
import org.apache.beam.sdk.transforms.windowing.DefaultTrigger;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.transforms.windowing.Window.OnTimeBehavior;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.joda.time.Duration;

/**
 * Merges blocks of partial rows, and stores the rows, a shard at a time. Of bounded input each row
 * is stored once. Of unbounded input it is stored again, whole, {@code refresh} after it changed,
 * and when its epoch ends.
 *
 * <p>Input: {@link Block}s by their shards, in any windows; of unbounded input by {@linkplain
 * Shards#ofEpochs shards of epochs}, at the {@linkplain Shards#timestamp time} of their shard.
 * Output: nothing, ever; its watermark passes the end of an epoch once all rows of that epoch are
 * stored.
 *
 * @param <K> the key
 * @param <A> the accumulator
 */
public final class StoreBlocks<K, A>
    extends PTransform<PCollection<KV<Long, byte[]>>, PCollection<Void>> {
  /** The coder of blocks by their shards. */
  public static final KvCoder<Long, byte[]> CODER =
      KvCoder.of(VarLongCoder.of(), ByteArrayCoder.of());

  private final transient Aggregation<K, ?, A> aggregation;
  private final transient Shards shards;
  private final transient Epochs epochs;
  private final transient OpenSlice slice;
  private final transient Settings store;
  private final transient java.time.Duration refresh;

  private StoreBlocks(
      Aggregation<K, ?, A> aggregation,
      Shards shards,
      Epochs epochs,
      OpenSlice slice,
      Settings store,
      java.time.Duration refresh) {
    this.aggregation = aggregation;
    this.shards = shards;
    this.epochs = epochs;
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
  public static <K, V, A> StoreBlocks<K, A> of(
      CombinedDefinition<?, K, V, A, ?> view,
      Shards shards,
      Epochs epochs,
      OpenSlice slice,
      Settings store,
      java.time.Duration refresh) {
    return new StoreBlocks<>(Aggregation.of(view), shards, epochs, slice, store, refresh);
  }

  @Override
  public PCollection<Void> expand(PCollection<KV<Long, byte[]>> blocks) {
    if (blocks.isBounded() == IsBounded.BOUNDED) {
      return storeGrouped(blocks.apply("All", all()), Mode.FILL);
    }
    return isFlink(blocks.getPipeline())
        ? follow(blocks.apply("All", all()))
        : storeGrouped(blocks.apply("Panes", panes()), Mode.REPLACE);
  }

  /**
   * The DirectRunner lets the watermark pass elements that are on their way to a function with
   * state (seen in 2.70), so that an epoch would be complete before its last rows are stored. A
   * runner's own grouping does not. It gives all blocks of an epoch again for each refresh, which
   * only small inputs bear. So state is for Flink, where it was tried.
   */
  private static boolean isFlink(Pipeline pipeline) {
    return pipeline.getOptions().getRunner().getSimpleName().equals("FlinkRunner");
  }

  private static Window<KV<Long, byte[]>> all() {
    return Window.<KV<Long, byte[]>>into(new GlobalWindows())
        .triggering(DefaultTrigger.of())
        .withAllowedLateness(Duration.ZERO)
        .discardingFiredPanes();
  }

  private Window<KV<Long, byte[]>> panes() {
    return Window.<KV<Long, byte[]>>into(
            FixedWindows.of(Duration.millis(epochs.length().toMillis())))
        .triggering(
            AfterWatermark.pastEndOfWindow()
                .withEarlyFirings(
                    AfterProcessingTime.pastFirstElementInPane()
                        .plusDelayOf(Duration.millis(refresh.toMillis()))))
        .withOnTimeBehavior(OnTimeBehavior.FIRE_IF_NON_EMPTY)
        .withAllowedLateness(Duration.ZERO)
        .accumulatingFiredPanes();
  }

  private PCollection<Void> storeGrouped(PCollection<KV<Long, byte[]>> blocks, Mode mode) {
    return blocks
        .apply("Shards", GroupByKey.create())
        .apply("Store", ParDo.of(new StoreShards<>(aggregation, store, slice, mode)))
        .setCoder(VoidCoder.of());
  }

  private PCollection<Void> follow(PCollection<KV<Long, byte[]>> blocks) {
    return blocks
        .apply(
            "Follow",
            ParDo.of(new FollowShards<>(aggregation, shards, epochs, store, slice, refresh)))
        .setCoder(VoidCoder.of());
  }
}
