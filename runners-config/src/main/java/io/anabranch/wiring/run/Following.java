/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.run;

import io.anabranch.api.Epochs;
import io.anabranch.api.Timeliness;
import io.anabranch.api.UserException;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.spi.log.FollowRequest;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.log.ReadProgress.Increment;
import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.api.spi.log.StopSignal;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.api.spi.store.ReadReport;
import io.anabranch.transforms.internal.events.Throttle;
import io.anabranch.transforms.internal.store.ReportReading;
import io.anabranch.wiring.RunContext;
import io.anabranch.wiring.Stop;
import io.anabranch.wiring.pipeline.Pipelines;
import io.anabranch.wiring.pipeline.RecordCounts;
import io.anabranch.wiring.pipeline.Views;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;

/**
 * The pipeline that follows the log and fills slices: that of the speed layer, and of every version
 * of Kappa. It starts after the epochs that the slices hold, computes the rows of later ones from
 * nothing, and reports to the store which epochs are complete. As a row is only replaced by one
 * that folds no fewer contributions, answers never go back meanwhile.
 *
 * @param <E> the author's event
 */
final class Following<E> {
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final RunContext<E> context;
  private final String layer;
  private final long run;
  private final Map<String, OpenSlice> slices;
  private final Optional<LogEnd> until;
  private final Optional<Throttle> throttle;

  /**
   * Follows the log.
   *
   * @param slices what to fill, by view
   * @param until the end that the log had, to end there; empty to follow it on
   * @param throttle how fast to read, empty for as fast as it goes
   */
  Following(
      RunContext<E> context,
      String layer,
      long run,
      Map<String, OpenSlice> slices,
      Optional<LogEnd> until,
      Optional<Throttle> throttle) {
    this.context = context;
    this.layer = layer;
    this.run = run;
    this.slices = slices;
    this.until = until;
    this.throttle = throttle;
  }

  /** Runs to the end, or until somebody asks to stop: then it stores what it has read. */
  RunReport run(Stop stop) {
    long after = context.readAfter(slices.values());
    RecordCounts read =
        until.filter(end -> end.lastEpoch() <= after).isPresent() ? nothing() : read(stop);
    report(slice -> Stream.of(new ReadReport.Stored(slice.fence())));
    boolean caughtUp = until.isPresent() && !stop.isRequested();
    if (caughtUp) {
      slices.values().forEach(this::caughtUp);
    }
    return new RunReport(
        run,
        caughtUp ? until.get().closedThrough() : Epochs.NONE,
        List.copyOf(slices.keySet()),
        slices.values().stream().map(OpenSlice::version).toList(),
        context.runs().rowsWritten(run),
        read);
  }

  private RecordCounts read(Stop stop) {
    StopSignal signal = StopSignal.create();
    AtomicReference<RecordCounts> read = new AtomicReference<>();
    stop.during(
        () -> read.set(Pipelines.runToEnd(pipeline(signal), layer)),
        () -> {
          stopMarking();
          signal.raise();
        });
    return read.get();
  }

  /** Reports what a pipeline would that finds nothing up to the end: it would start and end. */
  private RecordCounts nothing() {
    Increment toTheEnd = new Increment(Epochs.NONE, 0, 0, until.orElseThrow().position());
    report(
        slice ->
            Stream.of(
                new ReadReport.Begun(slice.fence(), context.readAfter(List.of(slice)), false),
                new ReadReport.Read(slice.fence(), toTheEnd)));
    return RecordCounts.NONE;
  }

  private void report(Function<OpenSlice, Stream<ReadReport>> what) {
    context.store().progress().report(slices.values().stream().flatMap(what).toList());
  }

  /** Records that all that was in the log is stored, and so all epochs that were closed. */
  private void caughtUp(OpenSlice slice) {
    context
        .store()
        .progress()
        .complete(slice.fence(), until.get().closedThrough(), Optional.of(until.get().position()));
  }

  /** The source must not end before the store knows; so this tries until it does. */
  private void stopMarking() {
    while (true) {
      try {
        context.runs().suspend(run);
        return;
      } catch (UserException e) { // somebody locks the store for longer than its timeout
        LockSupport.parkNanos(RETRY.toNanos());
      }
    }
  }

  /**
   * Combined views share one reading of the log. Windowed views share one for each lateness, by
   * which its watermark is held back.
   */
  private Pipeline pipeline(StopSignal signal) {
    Map<Optional<Duration>, Map<String, OpenSlice>> readings = new LinkedHashMap<>();
    for (ViewDefinition<E, ?, ?, ?, ?> view : context.application().views()) {
      OpenSlice slice = slices.get(view.name());
      if (slice != null) {
        readings
            .computeIfAbsent(
                view.timeliness().map(Timeliness::lateness), absent -> new LinkedHashMap<>())
            .put(view.name(), slice);
      }
    }
    Pipeline pipeline = context.pipeline();
    readings.forEach((lateness, read) -> read(pipeline, lateness, read, signal));
    return pipeline;
  }

  private void read(
      Pipeline pipeline,
      Optional<Duration> lateness,
      Map<String, OpenSlice> read,
      StopSignal signal) {
    String late = lateness.map(duration -> "-" + duration).orElse("");
    long after = least(read, OpenSlice::after);
    long readAfter = context.readAfter(read.values());
    Views<E> views =
        Views.into(read, context, until.map(LogEnd::closedThrough).orElse(Long.MAX_VALUE))
            .ofARunOf(slices.values());
    if (until.isEmpty()) {
      views = views.markProgressFrom(after == Epochs.NONE ? 0 : after + 1);
    }
    PCollection<RecordBatch> records =
        pipeline.apply("Log" + late, context.log().follow(request(readAfter, lateness, signal)));
    throttled(
            context,
            records,
            late,
            read.values(),
            readAfter,
            throttle.map(each -> each.until(signal)))
        .apply("Views" + late, views);
  }

  private FollowRequest request(long after, Optional<Duration> lateness, StopSignal signal) {
    FollowRequest request = FollowRequest.after(after).stoppedBy(signal);
    request = lateness.map(request::heldBack).orElse(request);
    return until.map(LogEnd::position).map(request::until).orElse(request);
  }

  /** Reports to the store how far it is, and holds it to a rate, if there is one. */
  static PCollection<RecordBatch> throttled(
      RunContext<?> context,
      PCollection<RecordBatch> records,
      String name,
      Collection<OpenSlice> slices,
      long readAfter,
      Optional<Throttle> throttle) {
    boolean bounded = records.isBounded() == IsBounded.BOUNDED;
    context
        .store()
        .progress()
        .report(
            slices.stream()
                .<ReadReport>map(slice -> new ReadReport.Begun(slice.fence(), readAfter, bounded))
                .toList());
    PCollection<RecordBatch> passed =
        throttle.isPresent() ? records.apply("Throttle" + name, throttle.get()) : records;
    passed.apply("Reading" + name, ReportReading.to(context.storeSettings(), slices));
    return passed;
  }

  private static long least(Map<String, OpenSlice> slices, ToLongFunction<OpenSlice> epoch) {
    return slices.values().stream().mapToLong(epoch).min().orElse(Epochs.NONE);
  }
}
