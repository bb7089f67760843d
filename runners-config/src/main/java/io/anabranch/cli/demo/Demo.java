/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.anabranch.api.UserException;
import io.anabranch.api.definition.LoadedApplication;
import io.anabranch.cli.demo.SampleTraffic.Arrival;
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
  private static final Duration EPOCH = Duration.ofHours(1);
  private static final int EPOCHS = 6;
  private static final Instant START = Instant.parse("2026-03-02T09:00:00Z");

  private final SampleTraffic traffic;
  private final Path folder;
  private final String runner;
  private final PrintWriter out;
  private final ToIntFunction<String[]> commands;

  /**
   * Prepares a demo.
   *
   * @param folder where it keeps its log and its stores
   * @param runner the profile of the runner
   * @param commands runs a command and returns its exit code
   */
  public Demo(
      SampleTraffic traffic,
      Path folder,
      String runner,
      PrintWriter out,
      ToIntFunction<String[]> commands) {
    this.traffic = traffic;
    this.folder = folder;
    this.runner = runner;
    this.out = out;
    this.commands = commands;
  }

  /** Returns the exit code. */
  public int run(int events, long seed) throws IOException {
    Path lambda = configuration("lambda");
    Path kappa = configuration("kappa");
    List<Arrival> arrivals = traffic.arrivals(seed, events, START, EPOCH.multipliedBy(EPOCHS));
    List<Path> hours = write(arrivals);
    long broken = arrivals.stream().filter(Arrival::broken).count();
    say(
        "%,d requests of %d hours, seed %d; 1%% come hours to days late, %,d are broken.",
        events, EPOCHS, seed, broken);

    say("Lambda. Two hours of the log, closed, computed by the batch layer:");
    ingest(lambda, hours, 0, 2);
    command(
        "close",
        "-c",
        lambda.toString(),
        "--through",
        START.plus(EPOCH.multipliedBy(2)).toString());
    command("run", "-c", lambda.toString(), "--layer", "batch");

    say("Two more hours arrive and are over. The speed layer computes what batch has not seen:");
    ingest(lambda, hours, 2, 4);
    command(
        "close",
        "-c",
        lambda.toString(),
        "--through",
        START.plus(EPOCH.multipliedBy(4)).toString());
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

    return compare(lambda, kappa, events - broken, broken);
  }

  private int compare(Path lambda, Path kappa, long valid, long broken) {
    say("Every row of every view, Lambda against Kappa:");
    Configuration lambdaConfiguration = load(lambda);
    Configuration kappaConfiguration = load(kappa);
    LoadedApplication<?> application = LoadedApplication.load(lambdaConfiguration.application());
    Comparison comparison = Comparison.of(application, lambdaConfiguration, kappaConfiguration);
    comparison.print(out);
    boolean complete = comparison.deadLettersOnBothSides(broken);
    out.printf(
        "%,d dead letters on both sides, %,d broken records made: %s%n",
        comparison.deadLetters(), broken, complete ? "equal" : "DIFFERENT");
    boolean same = comparison.differences() == 0 && complete;
    out.printf(
        "%n%s%n",
        same
            ? String.format("Lambda and Kappa agree on %,d valid requests.", valid)
            : "Lambda and Kappa DIFFER.");
    return same ? 0 : 1;
  }

  private void ingest(Path configuration, List<Path> hours, int from, int to) {
    for (int hour = from; hour < to; hour++) {
      Instant at = START.plus(EPOCH.multipliedBy(hour)).plus(EPOCH.dividedBy(2));
      command(
          "ingest",
          "-c",
          configuration.toString(),
          hours.get(hour).toString(),
          "--at",
          at.toString());
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
    for (int hour = 0; hour < EPOCHS; hour++) {
      Instant from = START.plus(EPOCH.multipliedBy(hour));
      Instant to = from.plus(EPOCH);
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

  private Path configuration(String architecture) throws IOException {
    Path file = folder.resolve(architecture + ".yaml");
    Files.writeString(
        file,
        """
        application: %s
        architecture: %s
        runner: { profile: %s }
        log:    { kind: files, path: "%s", epoch: 1h }
        store:  { url: "jdbc:sqlite:%s" }
        speed:  { refresh: 1s }
        """
            .formatted(
                traffic.application().getName(),
                architecture,
                runner,
                folder.resolve("log").toAbsolutePath(),
                folder.resolve(architecture + ".db").toAbsolutePath()));
    return file;
  }
}
