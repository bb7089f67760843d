/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.fused;

import io.anabranch.api.AuthorException;
import io.anabranch.api.definition.CombinedDefinition;
import io.anabranch.transforms.internal.aggregate.Aggregation;
import io.anabranch.transforms.internal.aggregate.PartialTable;
import io.anabranch.transforms.internal.aggregate.Shards;
import io.anabranch.transforms.internal.aggregate.StoreBlocks;
import io.anabranch.transforms.internal.epoch.EpochWindow;
import io.anabranch.transforms.internal.epoch.EpochWindows;
import io.anabranch.transforms.internal.events.StepException;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.values.KV;
import org.joda.time.Instant;

/**
 * A combined view whose contributions are a {@link Chain}: from an event to blocks of partial rows,
 * without a runner between. Not thread-safe.
 *
 * @param <E> the event
 * @param <K> the key
 * @param <V> one contribution
 */
public final class FusedView<E, K, V> extends FusedSteps<E, KV<Long, byte[]>> {
  private static final long serialVersionUID = 1L;

  private final Aggregation<K, V, ?> aggregation;
  private final EpochWindows<?> windows;
  private final Shards shards;
  private transient PartialTable<K, V, ?> table;
  private transient List<KV<K, V>> contributions; // of one event
  private transient List<Object> keys; // their structural values
  private transient List<EpochWindow> contributionWindows;

  private FusedView(
      String view,
      Chain chain,
      Aggregation<K, V, ?> aggregation,
      EpochWindows<?> windows,
      Shards shards,
      long after) {
    super(view, chain, new Entrance.Combined(windows, after));
    this.aggregation = aggregation;
    this.windows = windows;
    this.shards = shards;
  }

  /**
   * Fuses a view.
   *
   * @param chain all steps of its contributions
   * @param after the last epoch whose events it does not get
   */
  public static <E, K, V> FusedView<E, K, V> of(
      CombinedDefinition<E, K, V, ?, ?> view,
      Chain chain,
      EpochWindows<?> windows,
      Shards shards,
      long after) {
    return new FusedView<>(view.name(), chain, Aggregation.of(view), windows, shards, after);
  }

  @Override
  public Coder<KV<Long, byte[]>> coder() {
    return StoreBlocks.CODER;
  }

  @Override
  public void startBundle() {
    table = new PartialTable<>(aggregation, shards);
    contributions = new ArrayList<>();
    keys = new ArrayList<>();
    contributionWindows = new ArrayList<>();
    super.startBundle();
  }

  @Override
  @SuppressWarnings("unchecked") // the outputs of the last step are contributions
  void add(Object contribution, Instant timestamp, BoundedWindow window) {
    KV<K, V> pair = (KV<K, V>) contribution;
    if (pair == null) {
      throw new StepException(
          lastStep(), new NullPointerException("its output is null: output a KV, or nothing"));
    }
    try {
      keys.add(table.structural(pair.getKey()));
    } catch (AuthorException e) {
      throw new StepException(lastStep(), e.getCause());
    }
    contributions.add(pair);
    contributionWindows.add((EpochWindow) window);
  }

  @Override
  void keep() {
    for (int i = 0; i < contributions.size(); i++) { // for each event: no iterator
      KV<K, V> pair = contributions.get(i);
      table.add(contributionWindows.get(i), pair.getKey(), keys.get(i), pair.getValue());
    }
    forget();
  }

  @Override
  void forget() {
    contributions.clear();
    keys.clear();
    contributionWindows.clear();
  }

  @Override
  public void finishBatch() {
    if (table.isFull()) {
      drain();
    }
  }

  @Override
  public void finishBundle(Output<KV<Long, byte[]>> to) {
    super.finishBundle(to);
    drain();
    table = null;
  }

  private void drain() {
    table.drain((shard, block) -> output().accept(KV.of(shard, block), timestamp(shard)));
  }

  private Instant timestamp(long shard) {
    return shards.byEpoch()
        ? shards.timestamp(shard, windows.epochs())
        : GlobalWindow.INSTANCE.maxTimestamp();
  }
}
