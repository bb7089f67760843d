/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.session;

import io.anabranch.config.Configuration;
import io.anabranch.runners.RunnerProfile;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.beam.sdk.options.PipelineOptions;
import picocli.CommandLine.Option;

/** The options by which a command picks its runner. */
public final class RunnerOptions {
  @Option(
      names = "--runner",
      paramLabel = "NAME",
      description = {
        "Run on this runner, whatever the configuration says: a profile (direct, flink-local)",
        "or a Beam runner by its own name (DirectRunner, FlinkRunner, ...)."
      })
  private String runner;

  /**
   * Returns what makes the options of a pipeline; they are checked at once.
   *
   * @param beamOptions further options as Beam spells them
   */
  public Supplier<PipelineOptions> of(Configuration configuration, List<String> beamOptions) {
    RunnerProfile named =
        runner == null || runner.equals(configuration.runner().profile())
            ? RunnerProfile.of(configuration.runner().profile(), configuration.runner().options())
            : RunnerProfile.of(runner, Map.of()); // the options are those of the other runner
    RunnerProfile profile = named.refresh(configuration.speedRefresh());
    profile.pipelineOptions(beamOptions);
    return () -> profile.pipelineOptions(beamOptions);
  }
}
