/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli;

import io.anabranch.api.Epochs;
import io.anabranch.api.spi.AppendableLog;
import io.anabranch.api.spi.AppendableLog.Appended;
import io.anabranch.api.spi.AppendableLog.Input;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Appends lines to the event log. */
@Command(
    name = "ingest",
    description = "Append the lines of files to the event log: all of them, or on an error none.")
final class IngestCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigurationOptions configuration;

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description = "Files of lines; those ending in .gz are decompressed; - is standard input.")
  private List<String> files = new ArrayList<>();

  @Option(
      names = "--at",
      paramLabel = "TIME",
      description = {
        "State the ingestion time, for instance 2015-05-21T00:30:00Z; default now.",
        "For loading history and for tests."
      })
  private Instant at;

  @Override
  public Integer call() {
    List<Input> inputs = files.stream().map(IngestCommand::input).toList();
    try (AppendableLog log = Connections.appendableLog(configuration.load())) {
      requirePast(log);
      Appended appended = log.append(inputs, Optional.ofNullable(at));
      spec.commandLine()
          .getOut()
          .printf(
              "ingested %,d lines (%,d bytes) into the epoch [%s, %s)%n",
              appended.records(),
              appended.bytes(),
              log.epochs().start(appended.epoch()),
              log.epochs().end(appended.epoch()));
    }
    return 0;
  }

  /** What comes later is to be taken, too; but a log that was closed ahead has its own present. */
  private void requirePast(AppendableLog log) {
    Epochs epochs = log.epochs();
    long present = epochs.at(Instant.now());
    long closed = log.end().closedThrough();
    Instant last = epochs.end(closed == Epochs.NONE ? present : Math.max(present, closed + 1));
    if (at != null && at.isAfter(last)) {
      throw new ParameterException(
          spec.commandLine(),
          "--at is %s, in the future: it must not be after the end of the %s epoch, %s"
              .formatted(at, closed >= present ? "first open" : "present", last));
    }
  }

  private static Input input(String file) {
    return new Input() {
      @Override
      public String name() {
        return file.equals("-") ? "standard input" : file;
      }

      @Override
      public InputStream open() throws IOException {
        return file.equals("-") ? System.in : Files.newInputStream(Path.of(file));
      }
    };
  }
}
