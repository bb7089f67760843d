/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import io.anabranch.api.definition.CombinedDefinition;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.store.OpenSlice;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.coders.VoidCoder;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.DefaultTrigger;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;

/**
 * Merges blocks of partial rows, and stores the rows, each once, a shard at a time.
 *
 * <p>Input: {@link Block}s by their shards, bounded, in any windows. Output: nothing, ever.
 *
 * @param <K> the key
 * @param <A> the accumulator
 */
public final class StoreBlocks<K, A>
    extends PTransform<PCollection<KV<Integer, byte[]>>, PCollection<Void>> {
  /** The coder of blocks by their shards. */
  public static final KvCoder<Integer, byte[]> CODER =
      KvCoder.of(VarIntCoder.of(), ByteArrayCoder.of());

  private final transient Aggregation<K, ?, A> aggregation;
  private final transient OpenSlice slice;
  private final transient Settings store;

  private StoreBlocks(Aggregation<K, ?, A> aggregation, OpenSlice slice, Settings store) {
    this.aggregation = aggregation;
    this.slice = slice;
    this.store = store;
  }

  /**
   * Stores the rows of a view.
   *
   * @param slice where to
   * @param store the settings by which workers open the store
   */
  public static <K, V, A> StoreBlocks<K, A> of(
      CombinedDefinition<?, K, V, A, ?> view, OpenSlice slice, Settings store) {
    return new StoreBlocks<>(Aggregation.of(view), slice, store);
  }

  @Override
  public PCollection<Void> expand(PCollection<KV<Integer, byte[]>> blocks) {
    return blocks
        .apply(
            "All",
            Window.<KV<Integer, byte[]>>into(new GlobalWindows())
                .triggering(DefaultTrigger.of())
                .withAllowedLateness(org.joda.time.Duration.ZERO)
                .discardingFiredPanes())
        .apply("Shards", GroupByKey.create())
        .apply("Fill", ParDo.of(new FillShards<>(aggregation, store, slice)))
        .setCoder(VoidCoder.of());
  }
}
