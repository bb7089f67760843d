/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.fused;

import io.anabranch.api.AuthorException;
import io.anabranch.api.EventFormat;
import io.anabranch.api.definition.CombinedDefinition;
import io.anabranch.transforms.internal.aggregate.Aggregation;
import io.anabranch.transforms.internal.aggregate.PartialTable;
import io.anabranch.transforms.internal.aggregate.Shards;
import io.anabranch.transforms.internal.epoch.EpochWindow;
import io.anabranch.transforms.internal.epoch.EpochWindows;
import io.anabranch.transforms.internal.events.EventConsumer;
import io.anabranch.transforms.internal.events.RecordException;
import java.util.Optional;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.joda.time.Instant;

/**
 * A combined view whose contributions are a {@link Chain}: from an event to blocks of partial rows,
 * without a runner between. Not thread-safe.
 *
 * @param <E> the event
 * @param <K> the key
 * @param <V> one contribution
 */
public final class FusedView<E, K, V> implements EventConsumer<E> {
  private static final long serialVersionUID = 1L;

  private final String name;
  private final Chain chain;
  private final Aggregation<K, V, ?> aggregation;
  private final EpochWindows<E> windows;
  private final Shards shards;
  private final long after;
  private transient Stage first;
  private transient PartialTable<K, V, ?> table;
  private transient EpochWindow last;

  private FusedView(
      String name,
      Chain chain,
      Aggregation<K, V, ?> aggregation,
      EpochWindows<E> windows,
      Shards shards,
      long after) {
    this.name = name;
    this.chain = chain;
    this.aggregation = aggregation;
    this.windows = windows;
    this.shards = shards;
    this.after = after;
  }

  /**
   * Fuses a view if its contributions are a chain.
   *
   * @param after the last epoch whose events it does not get
   */
  public static <E, K, V> Optional<FusedView<E, K, V>> of(
      CombinedDefinition<E, K, V, ?, ?> view,
      EventFormat<E> format,
      EpochWindows<E> windows,
      Shards shards,
      long after,
      IsBounded bounded) {
    return Chain.of(view.contributions(), format.coder(), windows, bounded)
        .map(
            chain ->
                new FusedView<>(view.name(), chain, Aggregation.of(view), windows, shards, after));
  }

  @Override
  public String view() {
    return name;
  }

  @Override
  public void setup(PipelineOptions options) {
    first = chain.start(options, this::add);
    call("its setup", first::setup);
  }

  @Override
  public void startBundle() {
    table = new PartialTable<>(aggregation, shards);
    last = null;
    call("the start of a bundle", first::startBundle);
  }

  /** Events of epochs that the view holds already are ignored. */
  @Override
  public void process(long epoch, long eventTime, E event, Instant timestamp) {
    if (epoch > after) {
      try {
        first.process(event, timestamp, window(epoch, eventTime));
      } catch (StepException e) {
        throw RecordException.in(name, Optional.of(e.step()), event, e.getCause());
      } catch (RuntimeException | StackOverflowError e) {
        throw RecordException.in(name, Optional.empty(), event, e);
      }
    }
  }

  /** Takes a contribution. */
  @SuppressWarnings("unchecked") // the last function of the chain gives contributions out
  private void add(Object contribution, Instant timestamp, BoundedWindow window) {
    KV<K, V> pair = (KV<K, V>) contribution;
    if (pair == null) {
      throw new StepException(
          chain.lastStep(),
          new NullPointerException("its output is null: output a KV, or nothing at all"));
    }
    table.add((EpochWindow) window, pair.getKey(), pair.getValue());
  }

  /** Events that lie together are mostly of one bucket. */
  private EpochWindow window(long epoch, long eventTime) {
    if (last == null || !windows.assigns(last, epoch, eventTime)) {
      last = windows.window(epoch, eventTime);
    }
    return last;
  }

  @Override
  public Instant timestamp(long shard) {
    return shards.byEpoch()
        ? shards.timestamp(shard, windows.epochs())
        : GlobalWindow.INSTANCE.maxTimestamp();
  }

  @Override
  public void makeRoom(PartialTable.Sink sink) {
    if (table.isFull()) {
      table.drain(sink);
    }
  }

  @Override
  public void finishBundle(PartialTable.Sink sink) {
    call("the end of a bundle", first::finishBundle);
    table.drain(sink);
    table = null;
  }

  @Override
  public void teardown() {
    if (first != null) {
      first.teardown();
    }
  }

  private void call(String what, Runnable code) {
    try {
      code.run();
    } catch (StepException e) {
      throw AuthorException.of(name, e.step(), what, AuthorException.origin(e.getCause()));
    }
  }
}
