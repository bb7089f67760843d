/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.anabranch.api.Epochs;
import io.anabranch.api.UserException;
import io.anabranch.api.definition.LoadedApplication;
import io.anabranch.api.spi.log.EventLog;
import io.anabranch.cli.demo.SampleTraffic.Arrival;
import io.anabranch.cli.session.Connections;
import io.anabranch.config.Configuration;
import io.anabranch.config.ConfigurationLoader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * The demo's scenario, as the commands that a user would type. Six hours of traffic; batch through
 * hour 2, speed for 3 and 4, batch through hour 4, speed for 5 and 6; then Kappa over the same log.
 */
public final class Demo {
  static final Duration HOUR = Duration.ofHours(1);
  private static final int HOURS = 6;
  private static final Duration LOOK = Duration.ofMillis(200);
  private static final Instant START = Instant.parse("2026-03-02T09:00:00Z");

  private final SampleTraffic traffic;
  private final DemoParts parts;
  private final Path folder;
  private final String runner;
  private final PrintWriter out;
  private final ToIntFunction<String[]> commands;

  /**
   * Prepares a demo.
   *
   * @param parts its log and its stores
   * @param folder where it keeps what is embedded, and its configurations
   * @param runner the profile of the runner
   * @param commands runs a command and returns its exit code
   */
  public Demo(
      SampleTraffic traffic,
      DemoParts parts,
      Path folder,
      String runner,
      PrintWriter out,
      ToIntFunction<String[]> commands) {
    this.traffic = traffic;
    this.parts = parts;
    this.folder = folder;
    this.runner = runner;
    this.out = out;
    this.commands = commands;
  }

  /** Returns the exit code. */
  public int run(int events, long seed) throws IOException {
    Path lambda = configuration("lambda", "lambda", parts);
    Path kappa = configuration("kappa", "kappa", parts);
    List<Arrival> arrivals = traffic.arrivals(seed, events, START, HOUR.multipliedBy(HOURS));
    List<Path> hours = write(arrivals);
    long broken = arrivals.stream().filter(Arrival::broken).count();
    say(
        "%,d requests of %d hours, seed %d; 1%% come hours to days late, %,d are broken.",
        events, HOURS, seed, broken);

    say("Lambda. Two hours of the log, closed, computed by the batch layer:");
    ingest(lambda, hours, 0, 2);
    close(lambda, 2);
    command("run", "-c", lambda.toString(), "--layer", "batch");

    say("Two more hours arrive and are over. The speed layer computes what batch has not seen:");
    ingest(lambda, hours, 2, 4);
    close(lambda, 4);
    command("run", "-c", lambda.toString(), "--layer", "speed", "--until-caught-up");
    say("The answer is merged when it is read; the shares of batch and speed are beside it:");
    top(lambda);

    say("The second batch run takes these hours over, and compares its rows with those of speed:");
    command("run", "-c", lambda.toString(), "--layer", "batch");

    say("Two last hours, again by speed:");
    ingest(lambda, hours, 4, 6);
    command("run", "-c", lambda.toString(), "--layer", "speed", "--until-caught-up");
    top(lambda);

    say("Kappa. The same log and the same transforms; one word of the configuration differs:");
    command("run", "-c", kappa.toString(), "--until-caught-up");
    top(kappa);

    say("Every row of every view, Lambda against Kappa:");
    boolean same = isSame(lambda, kappa, broken);
    if (!parts.isEmbedded()) {
      say("The same hours in an embedded log, computed by batch into an embedded store:");
      Path embedded = configuration("embedded", "lambda", DemoParts.embedded());
      ingestAtHours(embedded, hours, 0, HOURS);
      command(closing(embedded, HOURS));
      command("run", "-c", embedded.toString(), "--layer", "batch");
      say("Every row of every view, the servers against what is embedded:");
      same &= isSame(lambda, embedded, broken);
    }
    out.printf(
        "%n%s%n",
        same
            ? String.format("Lambda and Kappa agree on %,d valid requests.", events - broken)
            : "Answers DIFFER.");
    return same ? 0 : 1;
  }

  private boolean isSame(Path left, Path right, long broken) {
    Configuration leftConfiguration = load(left);
    LoadedApplication<?> application = LoadedApplication.load(leftConfiguration.application());
    Comparison comparison = Comparison.of(application, leftConfiguration, load(right));
    comparison.print(out);
    boolean complete = comparison.deadLettersOnBothSides(broken);
    out.printf(
        "%,d dead letters on both sides, %,d broken records made: %s%n",
        comparison.deadLetters(), broken, complete ? "equal" : "DIFFERENT");
    return comparison.differences() == 0 && complete;
  }

  private void ingest(Path configuration, List<Path> hours, int from, int to) {
    if (!parts.hasTopic()) {
      ingestAtHours(configuration, hours, from, to);
      return;
    }
    for (int hour = from; hour < to; hour++) {
      command("ingest", "-c", configuration.toString(), hours.get(hour).toString());
      sleep(untilItCloses());
    }
  }

  private void ingestAtHours(Path configuration, List<Path> hours, int from, int to) {
    for (int hour = from; hour < to; hour++) {
      Instant at = START.plus(HOUR.multipliedBy(hour)).plus(HOUR.dividedBy(2));
      command(
          "ingest",
          "-c",
          configuration.toString(),
          hours.get(hour).toString(),
          "--at",
          at.toString());
    }
  }

  private void close(Path configuration, int hours) {
    if (!parts.hasTopic()) {
      command(closing(configuration, hours));
      return;
    }
    say(
        "An hour is an epoch of %d s here, and epochs of a topic close by themselves.",
        parts.epoch().toSeconds());
    long last = new Epochs(parts.epoch()).at(Instant.now()) - 1;
    try (EventLog log = Connections.log(load(configuration))) {
      while (log.end().closedThrough() < last) {
        sleep(LOOK);
      }
    }
  }

  private static String[] closing(Path configuration, int hours) {
    return new String[] {
      "close",
      "-c",
      configuration.toString(),
      "--through",
      START.plus(HOUR.multipliedBy(hours)).toString()
    };
  }

  private Duration untilItCloses() {
    Epochs epochs = new Epochs(parts.epoch());
    Instant now = Instant.now();
    return Duration.between(now, epochs.end(epochs.at(now))).plus(DemoParts.MARGIN);
  }

  private static void sleep(Duration time) {
    try {
      Thread.sleep(time.toMillis() + 1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserException("the demo was interrupted", e);
    }
  }

  private void top(Path configuration) {
    command(
        "query", traffic.featuredView(), "-c", configuration.toString(), "--total", "--top", "5");
  }

  private void command(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    String shown =
        String.join(" ", all).replace(folder.toString(), folder.getFileName().toString());
    out.printf("$ anabranch %s%n", shown);
    out.flush();
    int code = commands.applyAsInt(arguments);
    if (code != 0) {
      throw new UserException("the demo stopped: \"anabranch " + shown + "\" failed");
    }
  }

  private void say(String text, Object... arguments) {
    out.printf("%n# " + text + "%n", arguments);
    out.flush();
  }

  private Configuration load(Path file) {
    return ConfigurationLoader.load(file, List.of(), Optional.empty());
  }

  private List<Path> write(List<Arrival> arrivals) throws IOException {
    List<Path> hours = new ArrayList<>();
    for (int hour = 0; hour < HOURS; hour++) {
      Instant from = START.plus(HOUR.multipliedBy(hour));
      Instant to = from.plus(HOUR);
      List<String> lines =
          arrivals.stream()
              .filter(each -> !each.ingested().isBefore(from) && each.ingested().isBefore(to))
              .map(Arrival::line)
              .toList();
      Path file = folder.resolve("hour-" + (hour + 1) + ".log");
      Files.write(file, lines, UTF_8);
      hours.add(file);
    }
    return hours;
  }

  private Path configuration(String name, String architecture, DemoParts of) throws IOException {
    Path file = folder.resolve(name + ".yaml");
    Files.writeString(
        file,
        """
        application: %s
        architecture: %s
        runner: { profile: %s }
        log:    %s
        store:  %s
        speed:  { refresh: 1s }
        """
            .formatted(
                traffic.application().getName(),
                architecture,
                runner,
                of.log(folder),
                of.store(folder, name)));
    return file;
  }
}
