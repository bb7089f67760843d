/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.print;

import io.anabranch.api.Architecture;
import io.anabranch.api.Epochs;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.api.spi.row.Reconciliation;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.catalog.document.VersionRole;
import io.anabranch.wiring.RunContext;
import io.anabranch.wiring.Stop;
import io.anabranch.wiring.pipeline.RecordCounts;
import io.anabranch.wiring.run.BatchReport;
import io.anabranch.wiring.run.RunListener;
import io.anabranch.wiring.run.RunReport;
import io.anabranch.wiring.upkeep.Compaction;
import io.anabranch.wiring.version.VersionComparison;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** Says what runs do: results to standard output, progress and errors to standard error. */
public final class RunPrinter implements RunListener, AutoCloseable {
  private final RunContext<?> context;
  private final PrintWriter out;
  private final PrintWriter err;
  private final Progress progress;
  private volatile boolean refused;

  /** Prints what the runs of a process do. */
  public RunPrinter(RunContext<?> context, PrintWriter out, PrintWriter err) {
    this.context = context;
    this.out = out;
    this.err = err;
    this.progress = Progress.start(context.runs(), Optional.of(context.log()), err);
  }

  @Override
  public void started(String layer, long run) {
    progress.running(layer, run);
  }

  @Override
  public void batchDone(BatchReport report) {
    String through = context.log().epochs().end(report.through()).toString();
    if (report.nothingToDo()) {
      out.printf("batch has nothing to do: it holds all closed epochs, through %s%n", through);
      out.flush();
      return;
    }
    progress.done(report.run());
    out.printf(
        "batch run %d is done: %,d records read for epochs %s, %,d rows stored for %s, complete through %s, %s in the log so far%n",
        report.run(),
        report.records(),
        range(report),
        report.rows(),
        views(),
        through,
        Plural.of(context.deadLetters().faults(), "dead letter"));
    report.reconciliations().stream()
        .filter(each -> each.skipped().isPresent() || each.result().rows() > 0)
        .forEach(each -> out.printf("  %s%n", sentence(each)));
    out.flush();
    warn(report.read(), "");
  }

  private String range(BatchReport report) {
    return report.epochs().after() == Epochs.NONE
        ? "from the beginning"
        : "from " + context.log().epochs().end(report.epochs().after());
  }

  /** What a comparison found, in a sentence. */
  public static String sentence(Reconciliation reconciliation) {
    if (reconciliation.skipped().isPresent()) {
      return String.format(
          "%s: not compared with the live rows, as %s",
          reconciliation.view(), reconciliation.skipped().get());
    }
    long rows = reconciliation.result().rows();
    long different = reconciliation.result().different();
    long late = reconciliation.result().late();
    String byLate = late == 0 ? "" : String.format(", except %,d that late events changed", late);
    return different == 0
        ? String.format(
            "%s: all %,d rows equal the live rows%s", reconciliation.view(), rows, byLate)
        : String.format(
            "%s: %,d of %,d rows DIFFER from the live rows%s, the most: %s",
            reconciliation.view(), different, rows, byLate, reconciliation.result().worst().get(0));
  }

  /** Prints that a run that followed the log has ended. */
  public void streamDone(String layer, RunReport report, Stop stop) {
    progress.done(report.run());
    out.printf(
        "%s run %d %s: %,d rows stored for %s%s, %s in the log so far%n",
        layer,
        report.run(),
        stop.isRequested() ? "was stopped, all it read is stored" : "is done",
        report.rows(),
        String.join(", ", report.views()),
        report.through() == Epochs.NONE
            ? ""
            : ", complete through " + context.log().epochs().end(report.through()),
        Plural.of(
            context.deadLetters().count(DeadLetter.Kind.FAULTS, report.versions()), "dead letter"));
    out.flush();
    warn(report.read(), listOptions(report.views().get(0), report.versions().get(0)));
  }

  /** Dead letters are listed of the live versions, unless another one is named. */
  private String listOptions(String view, long version) {
    OptionalLong number = OptionalLong.of(version);
    return context
        .catalog()
        .live(view)
        .filter(each -> each.candidate().equals(number) || each.previous().equals(number))
        .map(each -> " --version " + version)
        .orElse("");
  }

  /** Warns of records that were set aside. */
  private void warn(RecordCounts read, String listOptions) {
    String list = "\"anabranch dead-letters list" + listOptions + "\" says why";
    if (read.undecodable() > 0) {
      err.printf(
          "warning: %s be decoded; %s%n",
          read.allUndecodable()
              ? String.format(
                  Locale.ROOT, "of %s read none could", Plural.of(read.records(), "record"))
              : String.format(
                  Locale.ROOT,
                  "%,d of the %,d records read could not",
                  read.undecodable(),
                  read.records()),
          list);
    }
    if (read.failed() > 0) {
      err.printf(
          "warning: steps of views threw on %s, which %s not in their answers; %s%n",
          Plural.of(read.failed(), "event"), read.failed() == 1 ? "is" : "are", list);
    }
    err.flush();
  }

  /** Prints that the architecture of views was changed. */
  public void moved(List<String> moved, Architecture to) {
    if (!moved.isEmpty()) {
      out.printf(
          "as configured, the architecture is %s from now on, with the same rows: %s%n",
          to.word(), String.join(", ", moved));
      out.flush();
    }
  }

  @Override
  public void goesOn(long run, List<OpenSlice> versions) {
    for (OpenSlice slice : versions) {
      VersionRole role = context.catalog().load(slice.view()).role(slice.version());
      String word = role == VersionRole.NONE ? "retired" : role.word();
      err.printf(
          "%s: run %d goes on with %s version %d%n", slice.view(), run, word, slice.version());
    }
    err.flush();
  }

  @Override
  public void backfillDone(long run, RecordCounts read, List<OpenSlice> versions) {
    for (OpenSlice version : versions) {
      out.printf(
          "%s: the backfill of version %d is complete%s%n",
          version.view(),
          version.version(),
          version.after() == Epochs.NONE
              ? ": no epoch is closed yet"
              : " through " + context.log().epochs().end(version.after()));
    }
    out.printf(
        "run %d has read %,d records of closed epochs, and follows the log from there%n",
        run, read.records());
    out.flush();
    warn(read, listOptions(versions.get(0).view(), versions.get(0).version()));
  }

  @Override
  public void promoted(List<VersionComparison> comparisons) {
    comparisons.forEach(each -> Comparing.print(out, each, context.log().epochs()));
    comparisons.forEach(
        each ->
            out.printf(
                "%s: version %d is live from now on%s; version %d is the previous one%n",
                each.view(),
                each.other(),
                Comparing.behind(context, each.other(), each.live()),
                each.live()));
    out.flush();
  }

  @Override
  public void promotionWaits(UserException reason) {
    err.printf("not promoted yet: %s%n", Advice.text(reason));
    err.flush();
  }

  @Override
  public void notPromoted(UserException reason) {
    refused = true;
    err.printf("error: %s%n", Advice.text(reason));
    err.flush();
  }

  /** Returns whether candidates that were to be promoted were not. */
  public boolean isRefused() {
    return refused;
  }

  @Override
  public void retired(long run) {
    progress.done(run);
    out.printf("the versions of run %d were retired, so it ends%n", run);
    out.flush();
  }

  /** Prints that nothing was done but a batch run that was given up. */
  public void stoppedBeforeSpeed() {
    out.println("stopped before speed began; the batch run leaves nothing");
    out.flush();
  }

  @Override
  public void compacted(Compaction.Report report) {
    out.printf(
        "%s: %,d slices compacted into one, %,d rows into %,d%n",
        report.view(), report.slices(), report.rowsBefore(), report.rowsAfter());
    out.flush();
  }

  @Override
  public void batchFailed(UserException error, Duration retryAfter) {
    progress.batchFailed();
    err.printf(
        "error: batch failed, and is tried again in %d s: %s%n",
        retryAfter.toSeconds(), Advice.text(error));
  }

  @Override
  public void compactionFailed(UserException error) {
    err.printf(
        "error: compacting slices failed, and is tried again after the next batch run: %s%n",
        Advice.text(error));
  }

  private String views() {
    return context.application().views().stream()
        .map(view -> view.name())
        .collect(Collectors.joining(", "));
  }

  @Override
  public void close() {
    progress.close();
  }
}
