/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.anabranch.cli.demo.SampleTraffic.Arrival;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A run that follows the log: it stores what arrives while it runs, epochs close by themselves
 * meanwhile, and after SIGKILL the next run goes on without losing or doubling anything.
 */
final class LiveRunEndToEndTest {
  private static final Instant DAY = Instant.parse("2015-05-17T00:00:00Z");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"direct", "flink-local"})
  void speedFollowsTheLogAndSurvivesBeingKilled(String runner) throws Exception {
    CommandLine cli = new CommandLine(folder, "lambda", runner, "5s");
    List<String> ingested = new ArrayList<>();

    append(cli, 1, ingested);
    Process first = cli.start("first", "run", "--layer", "speed");
    try {
      awaitCount(cli, ingested);
      append(cli, 2, ingested);
      awaitCount(cli, ingested);
    } finally {
      first.destroyForcibly().waitFor();
    }
    append(cli, 3, ingested);
    Process second = cli.start("second", "run", "--layer", "speed");
    try {
      awaitCount(cli, ingested);
      append(cli, 4, ingested);
      awaitCount(cli, ingested);
    } finally {
      second.destroyForcibly().waitFor();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "flink-local"})
  void bothLayersOfLambdaRunInOneProcessAndStopCleanly(String runner) throws Exception {
    CommandLine cli = new CommandLine(folder, "lambda", runner, "3s");
    List<String> ingested = new ArrayList<>();

    long launches = runner.equals("direct") ? 1 : 2;
    for (long launch = 1; launch <= launches; launch++) {
      append(cli, 10 * launch, ingested);
      Process process = cli.start("launch-" + launch, "run");
      try {
        awaitCount(cli, ingested);
        append(cli, 10 * launch + 1, ingested);
        awaitCount(cli, ingested);
        awaitAbsorbed();
        append(cli, 10 * launch + 2, ingested);
        process.destroy(); // SIGTERM
        assertThat("ends by itself", process.waitFor(1, TimeUnit.MINUTES), is(true));
        assertThat(errors("launch-" + launch), process.exitValue(), is(0));
      } finally {
        process.destroyForcibly().waitFor();
      }
      cli.run("verify", launch == 1 ? "visitors" : "page-views", "--runner", "direct");
    }
    cli.run("run", "--until-caught-up");
    awaitCount(cli, ingested);
    assertThat("rows that differed when absorbed", reconciled(cli), is(0));
  }

  private String errors(String name) throws IOException {
    return Files.readString(folder.resolve(name + ".err"));
  }

  /** Waits until batch has taken everything over from speed. */
  private void awaitAbsorbed() {
    await("all rows by batch")
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(300))
        .until(() -> !new Served(folder).hasSpeedRows("visitors"));
  }

  /** The rows that differed in the last comparison of each view. */
  private static int reconciled(CommandLine cli) throws Exception {
    int different = 0;
    for (String line : cli.run("status", "--format", "json").lines().toList()) {
      JsonNode last = new ObjectMapper().readTree(line).path("reconciliation");
      different += last.path("different").asInt();
    }
    return different;
  }

  @Test
  void runThatWasTakenOverSaysSo() throws Exception {
    CommandLine cli = new CommandLine(folder, "kappa", "direct", "1h");
    List<String> ingested = new ArrayList<>();

    append(cli, 1, ingested);
    Process first = cli.start("first", "run");
    try {
      awaitCount(cli, ingested);
      cli.run("run", "--until-caught-up");
      append(cli, 2, ingested);
      await()
          .atMost(Duration.ofMinutes(2))
          .pollInterval(Duration.ofMillis(500))
          .until(() -> Files.readString(folder.resolve("first.err")).contains("took over"));
      await().atMost(Duration.ofMinutes(1)).until(() -> !first.isAlive());
      cli.run("run", "--until-caught-up");
      awaitCount(cli, ingested);
    } finally {
      first.destroyForcibly().waitFor();
    }
  }

  /** Appends lines now, without a stated time. */
  private void append(CommandLine cli, long seed, List<String> ingested) throws Exception {
    List<String> lines =
        new WebTraffic()
            .arrivals(seed, 500, DAY, Duration.ofHours(2)).stream().map(Arrival::line).toList();
    Path file = Files.write(folder.resolve("lines-" + seed + ".log"), lines, UTF_8);
    cli.run("ingest", file.toString());
    ingested.addAll(lines);
  }

  private void awaitCount(CommandLine cli, List<String> ingested) throws Exception {
    IndependentCount count = IndependentCount.of(ingested);
    for (String view : List.of("page-views", "bytes", "visitors")) {
      try {
        await()
            .atMost(Duration.ofMinutes(2))
            .pollInterval(Duration.ofMillis(300))
            .until(() -> new Served(folder).rows(view).equals(count.view(view)));
      } catch (ConditionTimeoutException e) {
        String what =
            "%s of %d lines, %d rows are there"
                .formatted(view, ingested.size(), new Served(folder).rows(view).size());
        throw new AssertionError(what + "\n" + cli.diagnosis(), e);
      }
    }
  }
}
