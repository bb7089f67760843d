/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.command;

import io.anabranch.cli.session.RunSession;
import io.anabranch.cli.session.ViewOptions;
import io.anabranch.config.Configuration;
import io.anabranch.wiring.version.Promotion;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Gives versions up. */
@Command(
    name = "retire",
    description = {
      "Kappa: retire previous versions and delete their rows. Their runs end.",
      "With numbers, retire these versions instead, such as unwanted candidates. A live version is never retired."
    })
final class RetireCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigurationOptions options;

  @Mixin private ViewOptions views;

  @Parameters(
      index = "0..*",
      paramLabel = "VERSION",
      description = "Numbers of versions, as \"status\" shows them.")
  private List<Long> versions = new ArrayList<>();

  @Override
  public Integer call() {
    views.refuseBeside(versions, spec);
    Configuration configuration = options.load();
    try (RunSession session = RunSession.existing(configuration)) {
      Promotion.Retired retired = Promotion.retire(session.context(), views.names(), versions);
      PrintWriter out = spec.commandLine().getOut();
      retired.versions().forEach(version -> out.printf("version %d is retired%n", version));
      out.printf("%,d rows removed%n", retired.rows());
    }
    return 0;
  }
}
