/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.command;

import io.anabranch.cli.print.RunPrinter;
import io.anabranch.cli.session.RunSession;
import io.anabranch.cli.session.ViewOptions;
import io.anabranch.config.Configuration;
import io.anabranch.config.Promotions;
import io.anabranch.wiring.RunContext;
import io.anabranch.wiring.version.Promotion;
import io.anabranch.wiring.version.PromotionGate;
import io.anabranch.wiring.version.VersionComparison;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lets candidates answer. */
@Command(
    name = "promote",
    description = {
      "Kappa: compare candidates with the live versions, and make them live, all or none.",
      "Fails if a candidate has not caught up, or if more of its rows differ than promotion.maxDifferingRows allows. Of a candidate of another definition, differences are shown and not refused. The live version becomes the previous version, which follows the log until it is retired, so that \"rollback\" can make it live again. The previous version of before is retired."
    })
final class PromoteCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigurationOptions options;

  @Mixin private ViewOptions views;

  @Option(
      names = "--force",
      description =
          "Promote also what differs too much, could not be compared, or has read less of the epoch that is open.")
  private boolean force;

  @Override
  public Integer call() {
    Configuration configuration = options.load();
    try (RunSession session = RunSession.existing(configuration)) {
      promote(session.context(), session.promotions());
    }
    return 0;
  }

  private <E> void promote(RunContext<E> context, Promotions promotions) {
    try (RunPrinter printer =
        new RunPrinter(context, spec.commandLine().getOut(), spec.commandLine().getErr())) {
      List<VersionComparison> comparisons =
          Promotion.promote(
              context,
              views.names(),
              promotions::of,
              force,
              PromotionGate.of(PromotionGate.PATIENCE));
      printer.promoted(comparisons);
    }
  }
}
