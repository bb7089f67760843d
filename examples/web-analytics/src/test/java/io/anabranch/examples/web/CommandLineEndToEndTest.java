/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.anabranch.cli.demo.SampleTraffic.Arrival;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example through the real command line, on the real log where it is there. */
final class CommandLineEndToEndTest {
  private static final Path REAL_LOG = Path.of("../../../shared/data/apache_access.log");
  private static final Instant MIDNIGHT = Instant.parse("2015-05-21T00:00:00Z");
  private static final List<String> VIEWS = List.of("page-views", "bytes", "visitors");

  @TempDir Path folder;

  @Test
  void fiveShuffledPartsInFiveEpochsMergeToTheCountOfWhatWasIngested() throws Exception {
    List<List<String>> parts = shuffledParts(new WebTraffic(), 20150521L);
    CommandLine cli = new CommandLine(folder, "lambda", "direct");
    List<String> read = new ArrayList<>();

    ingest(cli, parts, 0, read);
    ingest(cli, parts, 1, read);
    cli.run("close", "--through", hour(2));
    cli.run("run", "--layer", "batch");
    check(cli, "batch through two", read, VIEWS);

    ingest(cli, parts, 2, read);
    cli.run("run", "--layer", "speed", "--until-caught-up");
    check(cli, "and speed for the third", read, List.of("page-views"));

    cli.run("close", "--through", hour(3));
    cli.run("run", "--layer", "batch");
    check(cli, "batch through three", read, List.of("page-views"));

    ingest(cli, parts, 3, read);
    ingest(cli, parts, 4, read);
    cli.run("run", "--layer", "speed", "--until-caught-up");
    check(cli, "and speed for the last two", read, VIEWS);
    long letters = cli.run("dead-letters", "list", "--format", "json").lines().count();
    assertThat(letters, is(IndependentCount.of(read).broken()));
  }

  @Test
  void realLogEqualsAnIndependentCountInLambdaAndKappaOnFlink() throws Exception {
    assumeTrue(Files.exists(REAL_LOG), REAL_LOG + " is not there");
    List<String> lines = Files.readAllLines(REAL_LOG, UTF_8);
    for (String architecture : List.of("lambda", "kappa")) {
      CommandLine cli =
          new CommandLine(
              Files.createDirectory(folder.resolve(architecture)), architecture, "flink-local");

      cli.run("ingest", REAL_LOG.toAbsolutePath().toString(), "--at", "2015-05-21T00:30:00Z");
      cli.run("close", "--through", "2015-05-21T01:00:00Z");
      if (architecture.equals("lambda")) {
        cli.run("run", "--layer", "batch");
      } else {
        cli.run("run", "--until-caught-up");
      }

      check(cli, architecture, lines, VIEWS);
      assertThat(cli.query("page-views").size(), is(5_458));
      assertThat(cli.run("dead-letters", "list", "--format", "json").lines().count(), is(1L));
    }
  }

  private static void ingest(CommandLine cli, List<List<String>> parts, int part, List<String> read)
      throws IOException, InterruptedException {
    Instant at = MIDNIGHT.plus(Duration.ofMinutes(60L * part + 30));
    cli.ingest("part-" + part + ".log", parts.get(part), at);
    read.addAll(parts.get(part));
  }

  private static String hour(int number) {
    return MIDNIGHT.plus(Duration.ofHours(number)).toString();
  }

  private static void check(CommandLine cli, String step, List<String> read, List<String> views)
      throws IOException, InterruptedException {
    IndependentCount count = IndependentCount.of(read);
    for (String view : views) {
      assertThat(step + ", " + view, differences(cli.query(view), count.view(view)), is(Map.of()));
    }
  }

  /** Returns the rows that differ, each as what it is and what it should be. */
  private static Map<String, String> differences(Map<String, Long> is, Map<String, Long> should) {
    Map<String, String> differences = new TreeMap<>();
    is.forEach(
        (row, value) -> {
          if (!value.equals(should.get(row))) {
            differences.put(row, value + " instead of " + should.get(row));
          }
        });
    should.forEach(
        (row, value) -> {
          if (!is.containsKey(row)) {
            differences.put(row, "nothing instead of " + value);
          }
        });
    return differences;
  }

  /** The real log, or as much made-up traffic, in random order, in five parts. */
  private static List<List<String>> shuffledParts(WebTraffic traffic, long seed)
      throws IOException {
    List<String> lines =
        Files.exists(REAL_LOG)
            ? new ArrayList<>(Files.readAllLines(REAL_LOG, UTF_8))
            : new ArrayList<>(
                traffic.arrivals(seed, 10_000, MIDNIGHT, Duration.ofDays(1)).stream()
                    .map(Arrival::line)
                    .toList());
    Collections.shuffle(lines, new Random(seed));
    List<List<String>> parts = new ArrayList<>();
    for (int part = 0; part < 5; part++) {
      parts.add(lines.subList(lines.size() * part / 5, lines.size() * (part + 1) / 5));
    }
    return parts;
  }
}
