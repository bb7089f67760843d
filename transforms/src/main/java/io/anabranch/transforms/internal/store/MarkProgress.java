/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.store;

import io.anabranch.api.Epochs;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.store.OpenSlice;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.coders.VoidCoder;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.Timer;
import org.apache.beam.sdk.state.TimerSpec;
import org.apache.beam.sdk.state.TimerSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.DefaultTrigger;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PDone;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.joda.time.Instant;

/**
 * Reports to the store which epochs are complete: an event-time timer behind the writes of a view
 * fires at the end of each epoch (less the lateness, where the source holds its watermark back so
 * much), when the watermark says that all rows and dead letters of the epoch are written. A
 * watermark that passes several epochs at once marks the last of them.
 *
 * <p>Input: the outputs of what stores the rows of a view and the dead letters, unbounded, in any
 * windows. That of the rows must not end (that of the letters may, as the least watermark counts):
 * the watermark of an input that ends, as in a drained pipeline, says nothing of the log any more.
 * The DirectRunner moves it to the end of time, which marks nothing; Flink may move it to the time
 * of day first, which would mark epochs that were not read.
 */
public final class MarkProgress extends PTransform<PCollectionList<Void>, PDone> {
  private final transient Epochs epochs;
  private final transient OpenSlice slice;
  private final transient Settings store;
  private final transient long firstEpoch;
  private final transient Duration lateness;

  private MarkProgress(
      Epochs epochs, OpenSlice slice, Settings store, long firstEpoch, Duration lateness) {
    this.epochs = epochs;
    this.slice = slice;
    this.store = store;
    this.firstEpoch = firstEpoch;
    this.lateness = lateness;
  }

  /**
   * Marks the progress of a slice.
   *
   * @param firstEpoch the first epoch whose end is worth marking
   */
  public static MarkProgress of(Epochs epochs, OpenSlice slice, Settings store, long firstEpoch) {
    return new MarkProgress(epochs, slice, store, firstEpoch, Duration.ZERO);
  }

  /** Expects the watermark this much behind log append time; default zero. */
  public MarkProgress heldBack(Duration behind) {
    return new MarkProgress(epochs, slice, store, firstEpoch, behind);
  }

  @Override
  public PDone expand(PCollectionList<Void> writes) {
    PCollection<KV<String, Void>> start =
        writes
            .getPipeline()
            .apply(
                "Start",
                Create.of(KV.of(slice.view(), (Void) null))
                    .withCoder(KvCoder.of(StringUtf8Coder.of(), VoidCoder.of())));
    PCollectionList<Void> global = PCollectionList.empty(writes.getPipeline());
    for (PCollection<Void> each : writes.getAll()) {
      global = global.and(inGlobalWindow("Global" + global.size(), each));
    }
    PCollection<KV<String, Void>> none =
        global
            .apply("AllWrites", Flatten.pCollections())
            .apply("Nothing", ParDo.of(new NothingFn()))
            .setCoder(KvCoder.of(StringUtf8Coder.of(), VoidCoder.of()));
    PCollectionList.of(start)
        .and(none)
        .apply("Join", Flatten.pCollections())
        .apply("Mark", ParDo.of(new MarkFn(epochs, lateness, slice, store, firstEpoch)));
    return PDone.in(writes.getPipeline());
  }

  /** Flatten takes only inputs of the same windows and triggers. */
  private static PCollection<Void> inGlobalWindow(String name, PCollection<Void> writes) {
    return writes.getWindowingStrategy().equals(WindowingStrategy.globalDefault())
        ? writes
        : writes.apply(
            name,
            Window.<Void>into(new GlobalWindows())
                .triggering(DefaultTrigger.of())
                .discardingFiredPanes()
                .withAllowedLateness(org.joda.time.Duration.ZERO));
  }

  private static final class NothingFn extends DoFn<Void, KV<String, Void>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process() {}
  }

  private static final class MarkFn extends StoreFn<KV<String, Void>, Void> {
    private static final long serialVersionUID = 1L;
    private static final String TIMER = "epochEnd";

    @TimerId(TIMER)
    private final TimerSpec timerSpec = TimerSpecs.timer(TimeDomain.EVENT_TIME);

    private static final String NEXT = "next";

    /** The first epoch that is not marked yet. */
    @StateId(NEXT)
    private final StateSpec<ValueState<Long>> nextSpec = StateSpecs.value(VarLongCoder.of());

    private final long epochMillis;
    private final long latenessMillis;
    private final OpenSlice slice;
    private final long firstEpoch;

    MarkFn(Epochs epochs, Duration lateness, OpenSlice slice, Settings settings, long firstEpoch) {
      super(settings, List.of(slice));
      this.epochMillis = epochs.length().toMillis();
      this.latenessMillis = lateness.toMillis();
      this.slice = slice;
      this.firstEpoch = firstEpoch;
    }

    @ProcessElement
    public void process(@TimerId(TIMER) Timer timer) {
      timer.set(Instant.ofEpochMilli((firstEpoch + 1) * epochMillis - latenessMillis - 1));
    }

    @OnTimer(TIMER)
    public void epochEnded(@TimerId(TIMER) Timer timer, @StateId(NEXT) ValueState<Long> nextState) {
      long watermark = timer.getCurrentRelativeTime().getMillis();
      if (watermark >= GlobalWindow.INSTANCE.maxTimestamp().getMillis()) {
        return; // the input ended, which does not mean that its epoch has
      }
      long reached = Math.floorDiv(watermark + latenessMillis, epochMillis);
      Long next = nextState.read();
      if (reached > (next == null ? firstEpoch : next)) {
        toStore(store -> store.progress().complete(slice.fence(), reached - 1, Optional.empty()));
        nextState.write(reached);
      }
      // Runners differ in whether a timer fires at its time or only after it. So the timer is for
      // the last millisecond of an epoch, and if it fires before that is over, for after it.
      long end = (reached + 1) * epochMillis - latenessMillis;
      timer.set(Instant.ofEpochMilli(watermark < end - 2 ? end - 1 : end + 1));
    }
  }
}
