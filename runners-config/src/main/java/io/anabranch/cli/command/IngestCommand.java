/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.command;

import io.anabranch.api.Epochs;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.log.AppendableLog;
import io.anabranch.api.spi.log.AppendableLog.Input;
import io.anabranch.cli.print.Ingested;
import io.anabranch.cli.print.Plural;
import io.anabranch.cli.session.Connections;
import io.anabranch.cli.session.Interrupts;
import io.anabranch.cli.session.StreamIngest;
import io.anabranch.input.CommitEvery;
import io.anabranch.input.LineKey;
import io.anabranch.input.TextInput;
import io.anabranch.wiring.Stop;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
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
    description = {
      "Append lines to the event log. Files are appended as a whole, or on an error not at all. Standard input is appended batch by batch until it ends, or until Ctrl-C or SIGTERM.",
      "Lines are text in any encoding, as they are or compressed by gzip or zstd, which is recognised by the content. A UTF-8 byte order mark, and NULs at the beginning of a line, are removed."
    })
final class IngestCommand implements Callable<Integer> {
  private static final String STANDARD_INPUT = "-";

  @Spec private CommandSpec spec;
  @Mixin private ConfigurationOptions configuration;

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description = "Files of lines; or - alone for standard input.")
  private List<String> files = new ArrayList<>();

  @Option(
      names = "--at",
      paramLabel = "TIME",
      description = {
        "State the ingestion time, for instance 2015-05-21T00:30:00Z; default now.",
        "For loading history and for tests."
      })
  private Instant at;

  @Option(
      names = "--commit-every",
      paramLabel = "TIME|LINES",
      split = ",",
      description = {
        "Standard input: append a batch once a line has waited for so long, or so many lines wait, or 16 MiB. A duration, a number of lines or both; default 5s,100000."
      })
  private List<String> commitEvery = new ArrayList<>();

  @Option(
      names = "--binary",
      description =
          "Take the bytes between line ends as they are: decompress nothing, leave nothing out and do not require text.")
  private boolean binary;

  @Option(
      names = "--key",
      paramLabel = "REGEX",
      description =
          "Kafka: the key of each record, which is what this regular expression finds in the line, or what its group holds if it has one. A line without a match has no key.")
  private String key;

  private Optional<LineKey> lineKey = Optional.empty();

  @Override
  public Integer call() {
    boolean streams = files.contains(STANDARD_INPUT);
    if (streams && files.size() > 1) {
      throw usage(
          "- is standard input, which is appended batch by batch, and files are appended all or none: ingest each in a command of its own");
    }
    if (!streams && !commitEvery.isEmpty()) {
      throw usage(
          "--commit-every is for standard input (-); of files all lines are appended or none");
    }
    CommitEvery every = commitEvery();
    lineKey = lineKey();
    try (AppendableLog log = Connections.appendableLog(configuration.load())) {
      requirePast(log);
      if (lineKey.isPresent() && !log.takesKeys()) {
        throw usage("--key is for a Kafka topic: records of an embedded log have no key");
      }
      if (streams) {
        ingestStream(log, every);
      } else {
        ingestFiles(log);
      }
    }
    return 0;
  }

  private CommitEvery commitEvery() {
    try {
      return CommitEvery.of(commitEvery);
    } catch (IllegalArgumentException e) {
      throw usage("--commit-every: " + e.getMessage());
    }
  }

  private Optional<LineKey> lineKey() {
    try {
      return Optional.ofNullable(key).map(LineKey::of);
    } catch (IllegalArgumentException e) {
      throw usage("--key: " + e.getMessage());
    }
  }

  private void ingestFiles(AppendableLog log) {
    List<Input> inputs = files.stream().map(this::input).toList();
    try {
      Ingested ingested = Ingested.NOTHING.and(log.append(inputs, Optional.ofNullable(at)));
      spec.commandLine().getOut().println(ingested.text(log.epochs()));
    } catch (UserException e) {
      throw new UserException(e.getMessage() + "; nothing was appended", e);
    }
  }

  private void ingestStream(AppendableLog log, CommitEvery every) {
    PrintWriter err = spec.commandLine().getErr();
    Stop stop = new Stop();
    StreamIngest ingest = new StreamIngest(log, Optional.ofNullable(at));
    Interrupts.during(
        () -> {
          Ingested ingested = ingest.run(input(STANDARD_INPUT), every, stop);
          String stopped = stop.isRequested() ? "stopped: " : "";
          spec.commandLine().getOut().println(stopped + ingested.text(log.epochs()));
        },
        stop,
        err);
    if (ingest.unfinished() > 0) {
      err.printf(
          "not stored: the beginning of a line that had not ended, %s%n",
          Plural.of(ingest.unfinished(), "byte"));
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
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

  private Input input(String file) {
    PrintWriter err = spec.commandLine().getErr();
    return binary ? raw(file) : new TextInput(raw(file), err::println);
  }

  private Input raw(String file) {
    return new Input() {
      @Override
      public String name() {
        return file.equals(STANDARD_INPUT) ? "standard input" : file;
      }

      @Override
      public Optional<byte[]> key(byte[] line) {
        return lineKey.flatMap(each -> each.in(line));
      }

      @Override
      public InputStream open() throws IOException {
        return file.equals(STANDARD_INPUT) ? System.in : Files.newInputStream(Path.of(file));
      }
    };
  }
}
