/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.command;

import io.anabranch.catalog.VersionSwitch;
import io.anabranch.cli.print.Comparing;
import io.anabranch.cli.session.RunSession;
import io.anabranch.cli.session.ViewOptions;
import io.anabranch.config.Configuration;
import io.anabranch.wiring.RunContext;
import io.anabranch.wiring.version.Promotion;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Makes previous versions live again. */
@Command(
    name = "rollback",
    description = {
      "Kappa: make the previous versions live again, all or none.",
      "The version that was live becomes the previous one; roll back again to undo it."
    })
final class RollbackCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigurationOptions options;

  @Mixin private ViewOptions views;

  @Override
  public Integer call() {
    Configuration configuration = options.load();
    try (RunSession session = RunSession.existing(configuration)) {
      RunContext<?> context = session.context();
      for (VersionSwitch each : Promotion.rollback(context, views.names())) {
        long from = each.from().orElseThrow();
        spec.commandLine()
            .getOut()
            .printf(
                "%s: version %d is live again%s; version %d is the previous one%n",
                each.view(), each.to(), Comparing.behind(context, each.to(), from), from);
      }
    }
    return 0;
  }
}
