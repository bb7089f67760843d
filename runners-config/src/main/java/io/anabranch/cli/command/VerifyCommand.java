/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.command;

import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.spi.row.RowDifferences;
import io.anabranch.cli.print.Plural;
import io.anabranch.cli.print.Progress;
import io.anabranch.cli.session.RunSession;
import io.anabranch.cli.session.RunnerOptions;
import io.anabranch.config.Configuration;
import io.anabranch.wiring.RunContext;
import io.anabranch.wiring.pipeline.RecordCounts;
import io.anabranch.wiring.run.Verification;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Compares what is served with the log. */
@Command(
    name = "verify",
    description = {
      "Compute a view again from the log, in batch, and compare every row with the live one. Exits with 1 if a row differs.",
      "It reads the closed epochs that are complete in the live version, and changes nothing."
    },
    customSynopsis =
        "anabranch verify VIEW [-c FILE] [--set KEY=VALUE]... [--runner NAME]%n                 [-- BEAM-OPTION...]")
final class VerifyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigurationOptions options;

  @Parameters(index = "0", paramLabel = "VIEW", description = "The name of the view.")
  private String view;

  @Mixin private RunnerOptions runner;

  @Parameters(
      index = "1..*",
      paramLabel = "BEAM-OPTION",
      description = "Beam pipeline options, after --, as Beam spells them: -- --parallelism=4")
  private List<String> beamOptions = new ArrayList<>();

  @Override
  public Integer call() {
    Configuration configuration = options.load();
    try (RunSession session =
        RunSession.existing(configuration, runner.of(configuration, beamOptions))) {
      return verify(session.context());
    }
  }

  private static String records(long count) {
    return Plural.of(count, "record");
  }

  private <E> int verify(RunContext<E> context) {
    PrintWriter out = spec.commandLine().getOut();
    ViewDefinition<E, ?, ?, ?, ?> definition = context.application().view(view);
    Verification.Report report;
    try (Progress progress =
        Progress.start(context.runs(), Optional.empty(), spec.commandLine().getErr())) {
      report = Verification.of(context, definition, run -> progress.running("verify", run));
    }
    RowDifferences found = report.differences();
    String through = context.log().epochs().end(report.through()).toString();
    found.worst().forEach(row -> out.printf("  served against log, %s%n", row));
    out.printf(
        "%s: %,d rows of %,d records through %s: %s%n",
        view,
        found.rows(),
        report.read().records(),
        through,
        found.different() == 0
            ? "the live rows equal the log"
            : String.format("%,d rows DIFFER", found.different()));
    RecordCounts read = report.read();
    if (read.undecodable() > 0) {
      out.printf("  no row counts %s that could not be decoded%n", records(read.undecodable()));
    }
    if (read.failed() > 0) {
      out.printf("  no row counts %s on which a step of the view threw%n", records(read.failed()));
    }
    return found.different() == 0 ? 0 : 1;
  }
}
