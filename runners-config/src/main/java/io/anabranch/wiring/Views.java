/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import io.anabranch.api.ViewDefinition;
import io.anabranch.api.spi.RecordBatch;
import io.anabranch.api.spi.SliceRef;
import io.anabranch.transforms.Decode;
import io.anabranch.transforms.Decoded;
import io.anabranch.transforms.aggregate.MarkProgress;
import io.anabranch.transforms.aggregate.StoreContributions;
import io.anabranch.transforms.aggregate.WriteDeadLetters;
import io.anabranch.transforms.epoch.EpochEvent;
import io.anabranch.transforms.epoch.EpochWindows;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PDone;

/**
 * From records to stored rows of all views: what batch, speed and Kappa have in common.
 *
 * <p>Input: record batches, bounded or not. Each view's events get its {@link EpochWindows}, pass
 * through the author's contributions and are stored in the view's slice; records that cannot be
 * decoded are stored as dead letters.
 */
final class Views<E> extends PTransform<PCollection<RecordBatch>, PDone> {
  private final transient RunContext<E> context;
  private final transient Map<String, SliceRef> slices;
  private final transient OptionalLong oneEpoch;
  private final transient OptionalLong markFrom;
  private final transient boolean deadLetters;

  private Views(
      RunContext<E> context,
      Map<String, SliceRef> slices,
      OptionalLong oneEpoch,
      OptionalLong markFrom,
      boolean deadLetters) {
    this.context = context;
    this.slices = slices;
    this.oneEpoch = oneEpoch;
    this.markFrom = markFrom;
    this.deadLetters = deadLetters;
  }

  /** Stores the views that have a slice here, by their names. */
  static <E> Views<E> into(Map<String, SliceRef> slices, RunContext<E> context) {
    return new Views<>(context, slices, OptionalLong.empty(), OptionalLong.empty(), true);
  }

  /** Makes one row per bucket and key of all epochs, under the number of this one. */
  Views<E> inOneEpoch(long epoch) {
    return new Views<>(context, slices, OptionalLong.of(epoch), markFrom, deadLetters);
  }

  /** Tells the store at the end of each epoch, from this one on, that it is complete. */
  Views<E> markProgressFrom(long epoch) {
    return new Views<>(context, slices, oneEpoch, OptionalLong.of(epoch), deadLetters);
  }

  /** Leaves out records that cannot be decoded, as a run that stores them is elsewhere. */
  Views<E> withoutDeadLetters() {
    return new Views<>(context, slices, oneEpoch, markFrom, false);
  }

  @Override
  public PDone expand(PCollection<RecordBatch> records) {
    Decoded<E> decoded =
        records.apply(
            "Decode", Decode.records(context.application().events(), context.log().epochs()));
    if (deadLetters) {
      decoded.deadLetters().apply("DeadLetters", WriteDeadLetters.to(context.storeSettings()));
    }
    for (ViewDefinition<E, ?, ?, ?, ?> view : context.application().views()) {
      if (slices.containsKey(view.name())) {
        store(decoded.events(), view);
      }
    }
    return PDone.in(records.getPipeline());
  }

  private <K, V, A> void store(
      PCollection<EpochEvent<E>> events, ViewDefinition<E, K, V, A, ?> view) {
    String name = view.name();
    EpochWindows<E> windows = EpochWindows.of(context.log().epochs(), view.bucket());
    SliceRef slice = slices.get(name);
    PCollection<Void> writes =
        events
            .apply(
                name + "/Epochs",
                Window.into(
                    oneEpoch.isPresent() ? windows.inOneEpoch(oneEpoch.getAsLong()) : windows))
            .apply(name + "/Events", ParDo.of(new ValueFn<>(slice.after())))
            .setCoder(context.application().events().coder())
            .apply(name + "/Contributions", view.contributions())
            .setCoder(view.contributionCoder())
            .apply(
                name + "/Store",
                StoreContributions.of(view, slice, context.storeSettings(), context.refresh()));
    if (markFrom.isPresent()) {
      writes.apply(
          name + "/Progress",
          MarkProgress.of(
              context.log().epochs(), slice, context.storeSettings(), markFrom.getAsLong()));
    }
  }

  /** Gives the events to a view, but for epochs that it holds already. */
  private static final class ValueFn<E> extends DoFn<EpochEvent<E>, E> {
    private static final long serialVersionUID = 1L;
    private final long after;

    ValueFn(long after) {
      this.after = after;
    }

    @ProcessElement
    public void process(@Element EpochEvent<E> event, OutputReceiver<E> out) {
      if (event.epoch() > after) {
        out.output(event.value());
      }
    }
  }
}
