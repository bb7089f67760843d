/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli;

import io.anabranch.api.Architecture;
import io.anabranch.api.Epochs;
import io.anabranch.api.spi.EventLog;
import io.anabranch.api.spi.ViewStore;
import io.anabranch.config.Configuration;
import io.anabranch.runners.RunnerProfile;
import io.anabranch.wiring.BatchRun;
import io.anabranch.wiring.LoadedApplication;
import io.anabranch.wiring.RunContext;
import io.anabranch.wiring.RunReport;
import io.anabranch.wiring.StreamRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.beam.sdk.options.PipelineOptions;
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
      "Compute all views as the configuration picks: a Lambda layer, or Kappa.",
      "Batch computes the closed epochs and ends. Speed and Kappa follow the log until they are"
          + " stopped, or until they have caught up."
    },
    customSynopsis =
        "anabranch run [-c FILE] [--set KEY=VALUE]... [--layer batch|speed] [--full]%n"
            + "              [--until-caught-up] [--runner NAME] [-- BEAM-OPTION...]")
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
      description = "The layer of Lambda to run; not for Kappa, which has but one.")
  private Layer layer;

  @Option(
      names = "--full",
      description = "Batch: compute all closed epochs anew, also by a changed definition.")
  private boolean full;

  @Option(
      names = "--until-caught-up",
      description = "Speed and Kappa: end once all that is in the log now is stored.")
  private boolean untilCaughtUp;

  @Option(
      names = "--runner",
      paramLabel = "NAME",
      description = {
        "Run on this runner, whatever the configuration says: a profile (direct, flink-local)",
        "or a Beam runner by its own name (DirectRunner, FlinkRunner, ...)."
      })
  private String runner;

  @Parameters(
      paramLabel = "BEAM-OPTION",
      description = "Beam pipeline options, after --, as Beam spells them: -- --parallelism=4")
  private List<String> beamOptions = new ArrayList<>();

  @Override
  public Integer call() {
    Configuration configuration = options.load();
    checkUsage(configuration.architecture());
    LoadedApplication<?> application = LoadedApplication.load(configuration.application());
    PipelineOptions pipelineOptions = pipelineOptions(configuration);
    try (EventLog log = Connections.log(configuration);
        ViewStore store = Connections.store(configuration)) {
      run(
          configuration.architecture(),
          new RunContext<>(
              application,
              log,
              store,
              configuration.store(),
              configuration.speedRefresh(),
              pipelineOptions));
    }
    return 0;
  }

  private void checkUsage(Architecture architecture) {
    if (architecture == Architecture.KAPPA && layer != null) {
      throw usage("--layer is for architecture: lambda; Kappa has but one pipeline, leave it out");
    }
    if (architecture == Architecture.LAMBDA && layer == null) {
      throw usage("architecture: lambda has two layers: say --layer batch or --layer speed");
    }
    if (full && layer != Layer.BATCH) {
      throw usage("--full is for --layer batch");
    }
    if (untilCaughtUp && layer == Layer.BATCH) {
      throw usage("--until-caught-up is for speed and Kappa; batch ends by itself, leave it out");
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private PipelineOptions pipelineOptions(Configuration configuration) {
    RunnerProfile profile =
        runner == null || runner.equals(configuration.runner().profile())
            ? RunnerProfile.of(configuration.runner().profile(), configuration.runner().options())
            : RunnerProfile.of(runner, Map.of()); // the options are those of the other runner
    return profile.pipelineOptions(beamOptions);
  }

  private <E> void run(Architecture architecture, RunContext<E> context) {
    String name =
        architecture == Architecture.KAPPA
            ? "kappa"
            : layer.name().toLowerCase(java.util.Locale.ROOT);
    RunReport report;
    try (Progress progress = Progress.start(name, context.store(), spec.commandLine().getErr())) {
      if (layer == Layer.BATCH) {
        report = BatchRun.run(context, full, progress::running);
      } else if (untilCaughtUp) {
        report = StreamRun.untilCaughtUp(context, architecture, progress::running);
      } else {
        report = StreamRun.follow(context, architecture, progress::running);
      }
    }
    spec.commandLine()
        .getOut()
        .printf(
            "%s run %d is done: %,d rows stored for %s%s, %,d dead letters in the log so far%n",
            name,
            report.run(),
            report.rows(),
            String.join(", ", context.application().views().stream().map(v -> v.name()).toList()),
            report.through() == Epochs.NONE
                ? ""
                : ", complete through " + context.log().epochs().end(report.through()),
            context.store().deadLetterCount());
  }
}
