/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.internal.trial;

import io.anabranch.api.CombinedView;
import io.anabranch.api.EventFormat;
import io.anabranch.api.MaterializedView;
import io.anabranch.api.WindowedView;
import io.anabranch.api.definition.CombinedDefinition;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.testing.internal.workers.FreshWorkers;
import java.io.ByteArrayInputStream;
import java.time.Instant;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TimestampedValue;
import org.apache.beam.sdk.values.TimestampedValue.TimestampedValueCoder;
import org.apache.beam.sdk.values.TypeDescriptor;

/**
 * A view over events that carry their event time, so that an author's events need no field for it.
 */
final class TimedView {
  private TimedView() {}

  /** Returns how events that carry their time lie in the log. */
  static <E> EventFormat<TimestampedValue<E>> format(Coder<E> coder) {
    TimestampedValueCoder<E> timed = TimestampedValueCoder.of(coder);
    return EventFormat.<TimestampedValue<E>>bytes(
            (bytes, offset, length) ->
                timed.decode(new ByteArrayInputStream(bytes, offset, length)))
        .timestamp(event -> Instant.ofEpochMilli(event.getTimestamp().getMillis()))
        .coder(timed);
  }

  /**
   * Returns the same view over events that carry their time.
   *
   * @throws io.anabranch.api.UserException if the view's graph is refused
   */
  static <E, K, O> MaterializedView<TimestampedValue<E>, K, O> of(
      MaterializedView<E, K, O> view, Coder<E> coder) {
    if (view instanceof CombinedView<E, K, ?, ?, O> combined) {
      return combined(combined, coder);
    }
    return windowed(view, coder);
  }

  private static <E, K, V, A, O> MaterializedView<TimestampedValue<E>, K, O> combined(
      CombinedView<E, K, V, A, O> view, Coder<E> coder) {
    CombinedDefinition<E, K, V, A, O> definition =
        ViewDefinition.of(
            view,
            EventFormat.<E>bytes((bytes, offset, length) -> null)
                .timestamp(event -> Instant.EPOCH)
                .coder(coder));
    return MaterializedView.of(new TypeDescriptor<TimestampedValue<E>>() {}, view.name())
        .bucket(view.bucket().windows())
        .contributions(new Untimed<>(view.contributions(), coder))
        .combine(view.combineFn())
        .revision(view.revision())
        .accumulatorCoder(definition.accumulatorCoder());
  }

  @SuppressWarnings("unchecked") // of a windowed view, the value is what its rows hold
  private static <E, K, O> MaterializedView<TimestampedValue<E>, K, O> windowed(
      MaterializedView<E, K, O> view, Coder<E> coder) {
    WindowedView<E, K, O> windowed = (WindowedView<E, K, O>) view;
    WindowedView<TimestampedValue<E>, K, O> timed =
        MaterializedView.of(new TypeDescriptor<TimestampedValue<E>>() {}, view.name())
            .lateness(windowed.timeliness().lateness())
            .lookback(windowed.timeliness().lookback())
            .rows(new Untimed<E, K, O>(windowed.rows(), coder))
            .clockSkew(windowed.timeliness().clockSkew())
            .revision(windowed.revision());
    if (windowed.totals().isPresent()) {
      timed = timed.totals(windowed.totals().get());
      timed = windowed.allowsOverlappingTotals() ? timed.allowOverlappingTotals() : timed;
    }
    return windowed.allowsProcessingTimeTimers() ? timed.allowProcessingTimeTimers() : timed;
  }

  private static final class Untimed<E, K, V>
      extends PTransform<PCollection<TimestampedValue<E>>, PCollection<KV<K, V>>> {
    private static final long serialVersionUID = 1L;

    private final transient PTransform<? super PCollection<E>, PCollection<KV<K, V>>> author;
    private final transient Coder<E> coder;

    Untimed(PTransform<? super PCollection<E>, PCollection<KV<K, V>>> author, Coder<E> coder) {
      this.author = author;
      this.coder = coder;
    }

    @Override
    public PCollection<KV<K, V>> expand(PCollection<TimestampedValue<E>> events) {
      return events
          .apply("Event", ParDo.of(new ValueFn<>()))
          .setCoder(coder)
          .apply(FreshWorkers.AUTHORS, author);
    }
  }

  private static final class ValueFn<E> extends DoFn<TimestampedValue<E>, E> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element TimestampedValue<E> event, OutputReceiver<E> out) {
      out.output(event.getValue());
    }
  }
}
