/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.command;

import io.anabranch.cli.print.RunPrinter;
import io.anabranch.cli.session.RunSession;
import io.anabranch.config.Configuration;
import io.anabranch.wiring.upkeep.Compaction;
import io.anabranch.wiring.upkeep.Compaction.Report;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Compacts slices. */
@Command(
    name = "compact",
    description = {
      "Compact the slices of each batch version into one. Answers stay the same, also while they are read; reading gets cheaper.",
      "Batch runs compact the newest slices by themselves, once there are ten; \"gc\" removes what was replaced."
    })
final class CompactCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigurationOptions options;

  @Override
  public Integer call() {
    Configuration configuration = options.load();
    try (RunSession session = RunSession.existing(configuration);
        RunPrinter printer =
            new RunPrinter(
                session.context(), spec.commandLine().getOut(), spec.commandLine().getErr())) {
      List<Report> reports = Compaction.run(session.context(), Compaction.Choice.ALL);
      reports.forEach(printer::compacted);
      if (reports.isEmpty()) {
        spec.commandLine().getOut().println("nothing to compact: no version has two slices");
      }
    }
    return 0;
  }
}
