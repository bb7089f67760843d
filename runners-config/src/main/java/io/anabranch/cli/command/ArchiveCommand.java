/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.command;

import io.anabranch.api.Epochs;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.log.ArchivableLog;
import io.anabranch.api.spi.log.ArchivableLog.Copied;
import io.anabranch.api.spi.log.EventLog;
import io.anabranch.api.spi.log.LogException;
import io.anabranch.api.spi.log.LogException.Code;
import io.anabranch.cli.print.Plural;
import io.anabranch.cli.session.Connections;
import io.anabranch.cli.session.Interrupts;
import io.anabranch.config.Configuration;
import io.anabranch.wiring.Stop;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Copies closed epochs to an archive. */
@Command(
    name = "archive",
    description = {
      "Copy the closed epochs of a Kafka topic to the folder that log.archive names, each once. Batch runs, replays and verify read them there, also when retention has removed them from the topic.",
      "Two processes may do it at once; one that is killed leaves whole epochs."
    })
final class ArchiveCommand implements Callable<Integer> {
  private static final long PAUSE_MILLIS = 1_000;

  @Spec private CommandSpec spec;
  @Mixin private ConfigurationOptions options;

  @Option(
      names = "--follow",
      description = "Go on with each epoch that closes, until Ctrl-C or SIGTERM.")
  private boolean follow;

  private long epochs;
  private long lost;

  @Override
  public Integer call() {
    Configuration configuration = options.load();
    try (EventLog log = Connections.log(configuration)) {
      if (!(log instanceof ArchivableLog archivable)) {
        throw new UserException(
            "there is no archive: name its folder in log.archive, which a log of kind kafka knows, and this one is of kind %s"
                .formatted(configuration.logKind()));
      }
      Stop stop = new Stop();
      Interrupts.during(() -> run(archivable, stop), stop, spec.commandLine().getErr());
    }
    return 0;
  }

  private void run(ArchivableLog log, Stop stop) {
    CountDownLatch requested = new CountDownLatch(1);
    stop.during(
        () -> {
          try {
            copy(log, stop);
            while (follow && !requested.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
              copyOrWait(log, stop);
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        },
        requested::countDown);
    spec.commandLine()
        .getOut()
        .println(
            epochs == 0 && lost == 0 && !stop.isRequested()
                ? "nothing was archived: the archive has all closed epochs"
                : "archived " + Plural.of(epochs, "epoch"));
  }

  /** Brokers that are away for a while end nothing. */
  private void copyOrWait(ArchivableLog log, Stop stop) {
    try {
      copy(log, stop);
    } catch (LogException e) {
      if (e.code() != Code.UNREACHABLE) {
        throw e;
      }
      spec.commandLine().getErr().println("warning: " + e.getMessage() + "; trying again");
    }
  }

  private void copy(ArchivableLog log, Stop stop) {
    long removed = log.archive(each -> print(log.epochs(), each), stop::isRequested);
    if (removed > lost) {
      lost = removed;
      spec.commandLine()
          .getErr()
          .printf(
              "warning: %s lost records to retention before they were archived, the last of them the one before %s: what needs them is refused. Keep records longer in the topic, or archive more often%n",
              Plural.of(removed, "epoch"), log.epochs().end(log.end().trimmedThrough()));
    }
  }

  private void print(Epochs of, Copied copied) {
    epochs++;
    spec.commandLine()
        .getOut()
        .printf(
            "[%s, %s): %s, %,d bytes%n",
            of.start(copied.epoch()),
            of.end(copied.epoch()),
            Plural.of(copied.records(), "record"),
            copied.bytes());
    spec.commandLine().getOut().flush();
  }
}
