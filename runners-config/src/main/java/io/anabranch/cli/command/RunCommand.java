/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.command;

import io.anabranch.api.Architecture;
import io.anabranch.catalog.document.VersionRole;
import io.anabranch.cli.print.RunPrinter;
import io.anabranch.cli.session.Interrupts;
import io.anabranch.cli.session.RunSession;
import io.anabranch.cli.session.RunnerOptions;
import io.anabranch.config.Configuration;
import io.anabranch.wiring.RunContext;
import io.anabranch.wiring.Stop;
import io.anabranch.wiring.run.BatchRun;
import io.anabranch.wiring.run.KappaRun;
import io.anabranch.wiring.run.LambdaRun;
import io.anabranch.wiring.run.SpeedRun;
import io.anabranch.wiring.upkeep.Compaction;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.apache.beam.sdk.options.PipelineOptions;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs what the configuration picks. */
@Command(
    name = "run",
    description = {
      "Compute all views as the configuration picks: Lambda or Kappa.",
      "Lambda without --layer runs both layers: speed follows the log, and batch takes over each closed epoch. Batch alone computes the new closed epochs and ends. Speed follows the log until Ctrl-C or SIGTERM, or until it has caught up; then it stores what it has read and ends. A second run of a layer takes over from the first.",
      "Kappa continues the live versions. For a new view it reads the closed epochs as bounded input, then follows the log.",
      "If the store has the other architecture, it is changed first, and nothing is computed again. If a definition changed, too, the run fails and changes nothing."
    },
    customSynopsis =
        "anabranch run [-c FILE] [--set KEY=VALUE]... [--layer batch|speed] [--full]%n              [--fail-on-mismatch] [--role live|previous|candidate]%n              [--until-caught-up] [--runner NAME] [-- BEAM-OPTION...]")
final class RunCommand implements Callable<Integer> {
  /** The layers of Lambda. */
  enum Layer {
    BATCH,
    SPEED
  }

  @Spec private CommandSpec spec;
  @Mixin private ConfigurationOptions options;

  @Option(
      names = "--layer",
      paramLabel = "batch|speed",
      description = "The one layer of Lambda to run; default both. Not for Kappa.")
  private Layer layer;

  @Option(
      names = "--full",
      description =
          "Batch: compute all closed epochs into a new version, also by a changed definition; default only those that the batch version does not hold.")
  private boolean full;

  @Option(
      names = "--fail-on-mismatch",
      description =
          "Batch: publish nothing, and exit with 1, if a row differs from the live row of the same epochs before.")
  private boolean failOnMismatch;

  @Option(
      names = "--until-caught-up",
      description = "End once all that is in the log now is stored.")
  private boolean untilCaughtUp;

  @Option(
      names = "--role",
      paramLabel = "live|previous|candidate",
      description =
          "Kappa: the versions to go on with; default the live ones, or if those are of another definition, the previous ones or the candidates.")
  private VersionRole role;

  @Mixin private RunnerOptions runner;

  @Parameters(
      index = "0..*",
      paramLabel = "BEAM-OPTION",
      description = "Beam pipeline options, after --, as Beam spells them: -- --parallelism=4")
  private List<String> beamOptions = new ArrayList<>();

  @Override
  public Integer call() {
    Configuration configuration = options.load();
    checkUsage(configuration.architecture());
    Supplier<PipelineOptions> pipelineOptions = runner.of(configuration, beamOptions);
    Stop stop = new Stop();
    try (RunSession session = RunSession.open(configuration, pipelineOptions)) {
      Interrupts.during(
          () -> run(configuration.architecture(), session.context(), stop),
          stop,
          spec.commandLine().getErr());
    }
    return 0;
  }

  private void checkUsage(Architecture architecture) {
    if (architecture == Architecture.KAPPA && layer != null) {
      throw usage("--layer is for architecture: lambda; Kappa has only one pipeline, leave it out");
    }
    if (architecture == Architecture.LAMBDA && role != null) {
      throw usage("--role is for architecture: kappa; in Lambda, --layer says what to run");
    }
    if (full && layer != Layer.BATCH) {
      throw usage("--full is for --layer batch");
    }
    if (failOnMismatch && layer != Layer.BATCH) {
      throw usage("--fail-on-mismatch is for --layer batch");
    }
    if (untilCaughtUp && layer == Layer.BATCH) {
      throw usage(
          "--until-caught-up is for what follows the log; batch ends by itself," + " leave it out");
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private <E> void run(Architecture architecture, RunContext<E> context, Stop stop) {
    CommandLine commandLine = spec.commandLine();
    try (RunPrinter printer = new RunPrinter(context, commandLine.getOut(), commandLine.getErr())) {
      boolean lambda = architecture == Architecture.LAMBDA;
      if (!full) {
        context.requireMovable(architecture);
      }
      if (layer == Layer.BATCH) {
        BatchRun.requireClosedEpochs(context);
      }
      printer.moved(context.changeArchitecture(architecture), architecture);
      if (!lambda) {
        KappaRun<E> kappa = KappaRun.of(context).untilCaughtUp(untilCaughtUp).stoppedBy(stop);
        (role == null ? kappa : kappa.role(role))
            .run(printer)
            .ifPresent(report -> printer.streamDone("kappa", report, stop));
        return;
      }
      if (layer == null && !untilCaughtUp) {
        LambdaRun.of(context)
            .stoppedBy(stop)
            .run(printer)
            .ifPresentOrElse(
                speed -> printer.streamDone("speed", speed, stop), printer::stoppedBeforeSpeed);
        return;
      }
      if (layer != Layer.SPEED && (layer == Layer.BATCH || hasClosedEpochs(context))) {
        BatchRun<E> batch =
            BatchRun.of(context).full(full).failOnMismatch(failOnMismatch).stoppedBy(stop);
        if (!batch.run(printer).nothingToDo()) {
          Compaction.afterBatch(context, stop, printer::compacted, printer::compactionFailed);
        }
      }
      if (layer != Layer.BATCH && !stop.isRequested()) {
        SpeedRun<E> speed = SpeedRun.of(context).untilCaughtUp(untilCaughtUp).stoppedBy(stop);
        printer.streamDone("speed", speed.run(printer), stop);
      }
    }
  }

  private static boolean hasClosedEpochs(RunContext<?> context) {
    return context.log().end().lastClosedWithRecords().isPresent();
  }
}
