/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.run;

import io.anabranch.api.EpochRange;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.log.EpochContent;
import io.anabranch.api.spi.row.Reconciliation;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.wiring.RunContext;
import io.anabranch.wiring.RunException;
import io.anabranch.wiring.Stop;
import io.anabranch.wiring.pipeline.Pipelines;
import io.anabranch.wiring.pipeline.RecordCounts;
import io.anabranch.wiring.pipeline.RunMetrics;
import io.anabranch.wiring.pipeline.Views;
import io.anabranch.wiring.upkeep.Heartbeat;
import io.anabranch.wiring.version.LogHistory;
import io.anabranch.wiring.version.Reconcile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.beam.sdk.Pipeline;

/**
 * The batch layer of Lambda: computes the closed epochs that the batch version does not hold yet
 * into one more slice of it, and publishes the slices of all views together once every row is
 * stored. A run that fails leaves nothing that a reader sees.
 *
 * <p>Before that, the new rows are compared with the live rows of the same epochs, which are
 * dropped afterwards.
 *
 * @param <E> the author's event
 */
public final class BatchRun<E> {
  private final RunContext<E> context;
  private final boolean full;
  private final boolean failOnMismatch;
  private final long through;
  private final Stop stop;

  private BatchRun(
      RunContext<E> context, boolean full, boolean failOnMismatch, long through, Stop stop) {
    this.context = context;
    this.full = full;
    this.failOnMismatch = failOnMismatch;
    this.through = through;
    this.stop = stop;
  }

  /** Computes what is new, by the definition of the stored rows. */
  public static <E> BatchRun<E> of(RunContext<E> context) {
    return new BatchRun<>(context, false, false, Long.MAX_VALUE, new Stop());
  }

  /** Computes all closed epochs into a new version, also by a changed definition; default no. */
  public BatchRun<E> full(boolean anew) {
    return new BatchRun<>(context, anew, failOnMismatch, through, stop);
  }

  /**
   * Publishes nothing if a row differs from the live row of the same epochs; default no: the batch
   * rows are the ones to trust.
   */
  public BatchRun<E> failOnMismatch(boolean fail) {
    return new BatchRun<>(context, full, fail, through, stop);
  }

  /** Computes no epoch after this one, even if more are closed; default all that are. */
  public BatchRun<E> through(long epoch) {
    return new BatchRun<>(context, full, failOnMismatch, epoch, stop);
  }

  /** Gives the rows up once this is requested; default never. */
  public BatchRun<E> stoppedBy(Stop request) {
    return new BatchRun<>(context, full, failOnMismatch, through, request);
  }

  /**
   * Fails if there is nothing that batch may read.
   *
   * @throws UserException if no epoch with records is closed
   */
  public static void requireClosedEpochs(RunContext<?> context) {
    BatchPlan.closedThrough(context);
  }

  /**
   * Runs to the end.
   *
   * @throws UserException if no epoch with records is closed, a definition changed, another run was
   *     faster, rows differ and that is to fail, or it was stopped
   */
  public BatchReport run(RunListener listener) {
    BatchReport report = compute(listener);
    listener.batchDone(report);
    return report;
  }

  private BatchReport compute(RunListener listener) {
    BatchPlan plan = BatchPlan.of(context, full, through);
    if (plan.slices().isEmpty()) {
      return new BatchReport(0, plan.epochs(), RecordCounts.NONE, 0, List.of());
    }
    try (Heartbeat heartbeat = Heartbeat.begin(context, "batch")) {
      Map<String, OpenSlice> slices =
          context.byView(context.lifecycle().openBatch(heartbeat.run(), plan.slices()));
      Attempt attempt = new Attempt(heartbeat.run(), plan, slices);
      try {
        attempt.run(listener);
      } catch (UserException e) {
        throw stop.isRequested() && !attempt.published
            ? new UserException("batch run " + attempt.run + " was stopped; it leaves nothing", e)
            : e;
      } finally {
        if (!attempt.published) {
          context.lifecycle().discard(slices.values());
        }
      }
      return attempt.report();
    }
  }

  /** From open slices to published ones. */
  private final class Attempt {
    private final long run;
    private final BatchPlan plan;
    private final Map<String, OpenSlice> slices;
    private RecordCounts read = RecordCounts.NONE;
    private List<Reconciliation> reconciliations = List.of();
    private boolean published;

    Attempt(long run, BatchPlan plan, Map<String, OpenSlice> slices) {
      this.run = run;
      this.plan = plan;
      this.slices = slices;
    }

    void run(RunListener listener) {
      listener.started("batch", run);
      read = compute(plan, slices);
      reconciliations = reconcile(run, plan, slices);
      stop.requireNotRequested();
      context.lifecycle().publish(slices.values());
      published = true;
      announce(reconciliations);
      slices
          .keySet()
          .forEach(context.lifecycle()::dropSuperseded); // or gc does, should it fail here
    }

    BatchReport report() {
      return new BatchReport(
          run, plan.epochs(), read, context.runs().rowsWritten(run), reconciliations);
    }
  }

  /** Returns what was read; fails at once if the run is stopped meanwhile. */
  private RecordCounts compute(BatchPlan plan, Map<String, OpenSlice> slices) {
    Pipeline pipeline = context.pipeline();
    List<EpochContent> contents = context.log().contents(plan.reads());
    pipeline
        .apply("Log", context.log().read(plan.reads()))
        .apply(
            "Views",
            Views.into(slices, context, plan.through())
                .inOneEpoch()
                .countingInThrough(plan.through()));
    AtomicReference<RecordCounts> read = new AtomicReference<>();
    stop.unlessRequested(() -> read.set(Pipelines.runToEnd(pipeline, "batch")));
    LogHistory.requireUnchanged(context, contents);
    context.lifecycle().remember(slices.values(), contents);
    return read.get();
  }

  private List<Reconciliation> reconcile(long run, BatchPlan plan, Map<String, OpenSlice> slices) {
    List<Reconciliation> reconciliations = new ArrayList<>();
    for (OpenSlice slice : slices.values()) {
      Reconcile.of(context, run, slice, new EpochRange(slice.after(), plan.through()))
          .ifPresent(reconciliations::add);
    }
    Optional<Reconciliation> mismatch =
        reconciliations.stream().filter(each -> each.result().different() > 0).findFirst();
    if (failOnMismatch && mismatch.isPresent()) {
      announce(reconciliations);
      fail(mismatch.get());
    }
    return reconciliations;
  }

  private void announce(List<Reconciliation> reconciliations) {
    reconciliations.forEach(context.store().reports()::add);
    reconciliations.forEach(RunMetrics::reconciled);
  }

  private static void fail(Reconciliation mismatch) {
    throw RunException.of(
        RunException.Code.ROWS_DIFFER,
        "view \"%s\": %d of %d rows differ from the live rows, the most in %s; nothing was published",
        mismatch.view(),
        mismatch.result().different(),
        mismatch.result().rows(),
        mismatch.result().worst().get(0));
  }
}
