/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.anabranch.cli.demo.SampleTraffic.Arrival;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A replay beside the live version, each in a process of its own, while requests keep arriving: it
 * is killed, begun again, promotes itself, and both versions stay fresh until the previous one is
 * retired.
 */
final class LiveReplayEndToEndTest {
  private static final Instant DAY = Instant.parse("2015-05-17T00:00:00Z");

  @TempDir Path folder;
  private final List<String> ingested = new ArrayList<>();

  @Test
  void replayThatIsKilledAndBegunAgainTakesOverWhileRequestsArrive() throws Exception {
    CommandLine cli = new CommandLine(folder, "kappa", "flink-local", "4s");
    append(cli, 1);
    Process live = cli.start("live", "run");
    Process replay = null;
    try {
      awaitCount();
      Process killed = cli.start("killed", "replay", "--rate", "2000/s");
      long seed = System.nanoTime();
      append(cli, 2);
      LockSupport.parkNanos(Duration.ofMillis(new Random(seed).nextInt(3_000)).toNanos());
      killed.destroyForcibly().waitFor();
      awaitCount();

      replay = cli.start("replay", "replay", "--auto-promote");
      append(cli, 3);
      await("promotion, after a kill with seed " + seed)
          .atMost(Duration.ofMinutes(2))
          .pollInterval(Duration.ofMillis(300))
          .until(() -> Files.readString(folder.resolve("replay.out")).contains("is live from now"));
      append(cli, 4);
      awaitCount();
      cli.run("rollback");
      append(cli, 5);
      awaitCount(); // by the first process
      cli.run("rollback");
      awaitCount(); // by the second one

      String retired = cli.run("retire");
      assertThat(retired, containsString("is retired"));
      assertThat("the run of the first version ends", live.waitFor(1, TimeUnit.MINUTES), is(true));
      assertThat(Files.readString(folder.resolve("live.err")), live.exitValue(), is(0));
      assertThat(Files.readString(folder.resolve("live.out")), containsString("were retired"));
      append(cli, 6);
      awaitCount();
      replay.destroy(); // SIGTERM
      assertThat("ends by itself", replay.waitFor(1, TimeUnit.MINUTES), is(true));
      assertThat(Files.readString(folder.resolve("replay.err")), replay.exitValue(), is(0));
      cli.run("run", "--until-caught-up");
      awaitCount();
      cli.run("gc", "--grace", "0s", "--dead-after", "0s");
      awaitCount();
      checkOneVersionIsLeft(cli);
    } finally {
      live.destroyForcibly().waitFor();
      if (replay != null) {
        replay.destroyForcibly().waitFor();
      }
    }
  }

  private static void checkOneVersionIsLeft(CommandLine cli) throws Exception {
    for (String line : cli.run("status", "--format", "json").lines().toList()) {
      JsonNode versions = new ObjectMapper().readTree(line).path("versions");
      assertThat(line, versions.size(), is(1));
      assertThat(line, versions.get(0).path("role").asText(), is("live"));
    }
  }

  /** Appends lines now, without a stated time. */
  private void append(CommandLine cli, long seed) throws Exception {
    List<String> lines =
        new WebTraffic()
            .arrivals(seed, 500, DAY, Duration.ofHours(2)).stream().map(Arrival::line).toList();
    Path file = Files.write(folder.resolve("lines-" + seed + ".log"), lines, UTF_8);
    cli.run("ingest", file.toString());
    ingested.addAll(lines);
  }

  /** Waits until every view counts what was ingested. */
  private void awaitCount() {
    IndependentCount count = IndependentCount.of(ingested);
    for (String view : List.of("page-views", "bytes", "visitors")) {
      await(view)
          .atMost(Duration.ofMinutes(2))
          .pollInterval(Duration.ofMillis(300))
          .untilAsserted(
              () -> assertThat(view, new Served(folder).rows(view), is(count.view(view))));
    }
  }
}
