/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.command;

import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.UsageException;
import io.anabranch.api.UserException;
import io.anabranch.cli.print.Plural;
import io.anabranch.cli.print.Rate;
import io.anabranch.cli.print.RunPrinter;
import io.anabranch.cli.session.Interrupts;
import io.anabranch.cli.session.RunSession;
import io.anabranch.cli.session.RunnerOptions;
import io.anabranch.cli.session.ViewOptions;
import io.anabranch.config.Configuration;
import io.anabranch.config.Promotions;
import io.anabranch.wiring.RunContext;
import io.anabranch.wiring.Stop;
import io.anabranch.wiring.run.Replay;
import io.anabranch.wiring.run.ReplayRun;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Computes views anew beside the live versions. */
@Command(
    name = "replay",
    description = {
      "Kappa: compute views again from the log, as candidates beside the live versions. Their definition may have changed.",
      "Closed epochs are read as bounded input. From there the run follows the log until it is stopped or has caught up. \"status\" reports how far it is; \"promote\" makes the candidates live; \"run\" continues a replay that was stopped.",
      "A replay that dies during the backfill leaves nothing; replay again."
    },
    customSynopsis =
        "anabranch replay [-c FILE] [--set KEY=VALUE]... [--view VIEW]... [--from TIME]%n                 [--auto-promote] [--rate N/s] [--until-caught-up] [--dry-run]%n                 [--runner NAME] [-- BEAM-OPTION...]")
final class ReplayCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigurationOptions options;

  @Mixin private ViewOptions views;

  @Option(
      names = "--from",
      paramLabel = "TIME",
      description =
          "Compute only epochs from this ingestion time on. Older epochs are taken from the live version, whose definition must be the same. If no slice of it ends there, begin earlier.")
  private Instant from;

  @Option(
      names = "--auto-promote",
      description =
          "Promote the candidates once they have caught up, if they match the live version.")
  private boolean autoPromote;

  @Option(
      names = "--rate",
      paramLabel = "N/s",
      description =
          "Read no more records a second than this in each process, so that others get their share of the store; default as many as it can.")
  private Rate rate;

  @Option(
      names = "--until-caught-up",
      description = "End once all that is in the log now is stored.")
  private boolean untilCaughtUp;

  @Option(
      names = "--dry-run",
      description = "Say what would be read and written, and why; do nothing.")
  private boolean dryRun;

  @Mixin private RunnerOptions runner;

  @Parameters(
      index = "0..*",
      paramLabel = "BEAM-OPTION",
      description = "Beam pipeline options, after --, as Beam spells them: -- --parallelism=4")
  private List<String> beamOptions = new ArrayList<>();

  @Override
  public Integer call() {
    Configuration configuration = options.load();
    requireKappa(configuration.architecture());
    Stop stop = new Stop();
    try (RunSession session =
        RunSession.existing(configuration, runner.of(configuration, beamOptions))) {
      if (dryRun) {
        print(session.context());
        return 0;
      }
      AtomicInteger code = new AtomicInteger();
      Interrupts.during(
          () -> code.set(replay(session.context(), session.promotions(), stop)),
          stop,
          spec.commandLine().getErr());
      return code.get();
    }
  }

  private <E> Replay plan(RunContext<E> context) {
    if (from != null && from.isAfter(Instant.now())) {
      throw new UserException("--from " + from + " lies in the future: name a time of the log");
    }
    OptionalLong first =
        from == null ? OptionalLong.empty() : OptionalLong.of(context.log().epochs().at(from));
    return Replay.of(context, views.names(), first);
  }

  private <E> int replay(RunContext<E> context, Promotions promotions, Stop stop) {
    reportWhereItBegins(context, plan(context)); // before anything is changed
    try (RunPrinter printer =
        new RunPrinter(context, spec.commandLine().getOut(), spec.commandLine().getErr())) {
      printer.moved(context.changeArchitecture(Architecture.KAPPA), Architecture.KAPPA);
      ReplayRun<E> run =
          ReplayRun.of(context, plan(context)).untilCaughtUp(untilCaughtUp).stoppedBy(stop);
      run = rate == null ? run : run.rate(rate.perSecond());
      run = autoPromote ? run.autoPromote(promotions::of) : run;
      run.run(printer).ifPresent(report -> printer.streamDone("replay", report, stop));
      return printer.isRefused() ? 1 : 0;
    }
  }

  /** Reports views that begin earlier than was asked for. */
  private void reportWhereItBegins(RunContext<?> context, Replay replay) {
    Epochs epochs = context.log().epochs();
    for (Replay.PlannedView view : replay.views()) {
      EpochRange backfill = view.plan().backfill();
      if (from != null && backfill.after() < epochs.at(from) - 1) {
        spec.commandLine()
            .getErr()
            .printf(
                "%s: computed %s, as no complete slice of the live version ends between that and %s%n",
                view.plan().view().name(), from(epochs, backfill), epochs.start(epochs.at(from)));
      }
    }
  }

  private void print(RunContext<?> context) {
    PrintWriter out = spec.commandLine().getOut();
    Epochs epochs = context.log().epochs();
    Replay replay = plan(context);
    reportWhereItBegins(context, replay);
    out.printf(
        "would read %s with records, %s, %s%n",
        Plural.of(replay.size().epochs(), "epoch"),
        replay.size().amount().text(),
        from(epochs, replay.reads()));
    for (Replay.PlannedView view : replay.views()) {
      out.printf(
          "%s: %s computed %s%s%n",
          view.plan().view().name(),
          view.live().isPresent()
              ? "a candidate"
              : "a version that becomes live once its backfill is complete,",
          from(epochs, view.plan().backfill()),
          view.rows().isPresent()
              ? ", about " + Plural.of(view.rows().getAsLong(), "row") + " at most"
              : "; nothing answers yet, so nobody knows how many rows");
      view.changes().forEach(change -> out.printf("  %s%n", change));
      if (view.live().isPresent() && view.changes().isEmpty()) {
        out.printf(
            "  its definition is that of version %d, which answers: nothing says that a replay is needed%n",
            view.live().getAsLong());
      }
    }
  }

  private static String from(Epochs epochs, EpochRange range) {
    return range.after() == Epochs.NONE
        ? "from the beginning of the log"
        : "from " + epochs.end(range.after()) + " on";
  }

  private static void requireKappa(Architecture architecture) {
    if (architecture != Architecture.KAPPA) {
      throw new UsageException(
          "the configuration picks architecture: lambda, and this command is for Kappa. In Lambda, \"anabranch run --layer batch --full\" computes everything again");
    }
  }
}
