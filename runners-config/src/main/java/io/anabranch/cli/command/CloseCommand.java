/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.command;

import io.anabranch.api.Epochs;
import io.anabranch.api.spi.log.AppendableLog;
import io.anabranch.cli.session.Connections;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Closes epochs of an embedded log. */
@Command(
    name = "close",
    description = {
      "Close epochs of the log. They take no more records, and batch may read them.",
      "Epochs of records that were ingested without --at close by themselves once their time and log.grace are over; those of a Kafka topic always do, log.margin later."
    })
final class CloseCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigurationOptions configuration;

  @Option(
      names = "--through",
      paramLabel = "TIME",
      description = "Close every epoch that ends at or before this time; default now.")
  private Instant through;

  @Option(
      names = "--force",
      description =
          "Close also what ends in the future: until then the log takes no record without --at.")
  private boolean force;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    try (AppendableLog log = Connections.appendableLog(configuration.load())) {
      requireOver(log.epochs());
      long closed = log.closeThrough(through == null ? Instant.now() : through);
      if (closed == Epochs.NONE) {
        out.println("no epoch is closed: none ends at or before that time");
      } else {
        out.printf("closed through %s%n", log.epochs().end(closed));
        warnOfOpen(log.epochs(), closed);
      }
    }
    return 0;
  }

  /** A time within an epoch does not close it. */
  private void warnOfOpen(Epochs epochs, long closed) {
    if (through != null && through.isAfter(epochs.end(closed))) {
      spec.commandLine()
          .getErr()
          .printf(
              "warning: %s lies within the epoch [%s, %s), which stays open; --through %s closes it%n",
              through, epochs.start(closed + 1), epochs.end(closed + 1), epochs.end(closed + 1));
    }
  }

  private void requireOver(Epochs epochs) {
    Instant last = epochs.end(epochs.at(Instant.now()));
    if (!force && through != null && through.isAfter(last)) {
      throw new ParameterException(
          spec.commandLine(),
          "--through is %s, in the future: it must not be after the end of the present epoch, %s, as the log would take no record without --at until then. If that is what you want, add --force"
              .formatted(through, last));
    }
  }
}
