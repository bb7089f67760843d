/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.command;

import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.catalog.Garbage;
import io.anabranch.catalog.GarbageRules;
import io.anabranch.catalog.ViewLifecycle;
import io.anabranch.cli.session.Connections;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Removes what no pointer reaches. */
@Command(
    name = "gc",
    description = {
      "Delete rows that no reader can see: of runs that died, of retired versions, of compacted slices, and superseded speed rows.",
      "The space is used again for new rows."
    })
final class GcCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigurationOptions options;

  @Option(
      names = "--grace",
      paramLabel = "DURATION",
      defaultValue = "1h",
      description =
          "How long to keep what another took the place of, as 90s, 1h or 7d; default ${DEFAULT-VALUE}.")
  private Duration grace;

  @Option(
      names = "--dead-after",
      paramLabel = "DURATION",
      defaultValue = "5m",
      description =
          "How long a run that did not end must be silent to count as dead; a live one reports every 2 s. Default ${DEFAULT-VALUE}.")
  private Duration deadAfter;

  @Option(names = "--dry-run", description = "Count only, remove nothing.")
  private boolean dryRun;

  @Override
  public Integer call() {
    GarbageRules rules = new GarbageRules(grace, deadAfter, dryRun);
    try (ViewStore store = Connections.existingStore(options.load())) {
      Garbage garbage = new ViewLifecycle(store).collectGarbage(rules);
      spec.commandLine()
          .getOut()
          .printf(
              "%s %,d rows in %,d slices, %,d versions%n",
              dryRun ? "would remove" : "removed",
              garbage.rows(),
              garbage.slices(),
              garbage.versions());
    }
    return 0;
  }
}
