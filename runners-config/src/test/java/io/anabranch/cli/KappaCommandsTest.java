/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.closeTo;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.not;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import io.anabranch.cli.Cli.Result;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.hamcrest.Matcher;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two hours and a bit by Kappa: one purchase a second, each of a greater amount. */
final class KappaCommandsTest {
  private static final Instant START = Instant.parse("2015-05-21T00:00:00Z");

  @TempDir Path folder;
  private Cli cli;

  @BeforeEach
  void computeByKappa() {
    cli = new Cli(folder, "kappa");
    ingest(0, 3_600);
    ok("close", "--through", START.plusSeconds(3_600).toString());
    Result first = ok("run", "--until-caught-up");
    assertThat(first.out(), containsString("kappa run 1 is done: "));
    ingest(3_600, 400);
    ok("run", "--until-caught-up");
  }

  @Test
  void firstRunReadsWhatIsClosedAsHistoryAndGoesOnFromThere() {
    Result status = ok("status");

    assertThat(
        status.out(),
        allOf(
            containsString("revenue: live version 1 is complete through 2015-05-21T01:00:00Z"),
            containsString("100.0% of the log read")));
    assertThat(total("tea"), is(sum(4_000)));
  }

  @Test
  void dryRunSaysWhatWouldBeReadAndWhy() {
    Result same = ok("replay", "--dry-run");
    Result partial =
        ok("replay", "--dry-run", "--view", "revenue", "--from", "2015-05-21T01:30:00Z");
    Result unknown = cli.run("replay", "--dry-run", "--view", "revenu");

    assertThat(
        same.out(),
        allOf(
            containsString("would read 2 epochs with records, "),
            containsString(" bytes, from the beginning of the log"),
            containsString("revenue: a candidate computed from the beginning of the log, about "),
            containsString("nothing says that a replay is needed")));
    assertThat(
        partial.out(),
        allOf(
            containsString("would read 1 epoch with records"),
            containsString("revenue: a candidate computed from 2015-05-21T01:00:00Z on"),
            not(containsString("buyers"))));
    assertThat(unknown.code(), is(2));
    assertThat(unknown.errors().get(0), containsString("did you mean \"revenue\"?"));
    assertThat("it does nothing", ok("status").out(), not(containsString("candidate")));
  }

  @Test
  void candidateWithAPlantedBugIsCaughtAndRefused() {
    Result replay = okLossy("replay", "--until-caught-up");
    Result status = ok("status");
    Result compare = lossy("compare");
    Result promote = lossy("promote");

    assertThat(
        replay.out(),
        containsString(
            "revenue: the backfill of version 4 is complete through 2015-05-21T01:00:00Z"));
    assertThat(
        status.out(),
        containsString("revenue: candidate version 4 is complete through 2015-05-21T01:00:00Z"));
    assertThat(compare.code(), is(1));
    assertThat(
        compare.out(),
        allOf(
            containsString("revenue: version 1 against version 4, through 2015-05-21T01:00:00Z: 6"),
            containsString(" rows, 2 equal, 4 different (0 only in version 1")));
    assertThat(promote.code(), is(1));
    assertThat(
        promote.errors().get(0),
        allOf(
            containsString("nothing was promoted: view \"revenue\": version 4 against version 1"),
            containsString("differs in 4 of 6 rows, and none may differ"),
            containsString("promotion.maxDifferingRows"),
            containsString("or promote with --force")));
    assertThat(total("tea"), is(sum(4_000)));
  }

  @Test
  void candidateThatIsNotPromotedByItselfIsAnError() {
    Result replay = lossy("replay", "--until-caught-up", "--auto-promote");

    assertThat(replay.code(), is(1));
    assertThat(replay.errors().get(0), containsString("nothing was promoted: view \"revenue\""));
    assertThat(total("tea"), is(sum(4_000)));
  }

  @Test
  void versionsThatCannotBeComparedAreNotEqual() {
    ingest(4_000, 3_200); // through 02:00
    ok("close", "--through", START.plusSeconds(7_200).toString());
    ok("replay", "--until-caught-up");

    Result compare = cli.run("compare", "--view", "revenue");
    Result promote = cli.run("promote");

    assertThat(compare.code(), is(1));
    assertThat(
        compare.out(),
        is(
            "revenue: version 1 against version 4: not compared, as version 4 holds the epochs"
                + " through 2015-05-21T02:00:00Z in one slice, and the other is complete only"
                + " through 2015-05-21T01:00:00Z: let that one go on\n"));
    assertThat(promote.code(), is(1));
    assertThat(promote.errors().get(0), containsString("was not compared, as version 4 holds"));
    ok("run", "--until-caught-up");
    assertThat(ok("compare").out(), containsString(" 0 different"));
    ok("promote");
    assertThat(total("tea"), is(sum(7_200)));
  }

  @Test
  void candidateThatHasReadLessOfTheOpenEpochIsNotPromoted() {
    ok("replay", "--until-caught-up");
    ingest(4_000, 100);
    ok("run", "--until-caught-up", "--role", "live");

    Result behind = cli.run("promote", "--view", "revenue");
    ok("run", "--until-caught-up", "--role", "candidate");
    Result promoted = cli.run("promote");

    assertThat(behind.code(), is(1));
    assertThat(
        behind.errors().get(0),
        allOf(
            containsString("nothing was promoted: view \"revenue\": version 4 has read about "),
            containsString(" bytes of the log less than version 1, which is live"),
            containsString("anabranch run --role candidate")));
    assertThat(promoted.err(), promoted.code(), is(0));
    assertThat(total("tea"), is(sum(4_100)));
  }

  @Test
  void toleranceOfTheConfigurationAndForceLetItPass() {
    okLossy("replay", "--until-caught-up");

    Result strict = lossy("promote", "--set", "promotion.maxDifferingRows=60%");
    Result byView = lossy("promote", "--set", "promotion.views.revenue.equalWithin=99%");
    assertThat(byView.err(), byView.code(), is(0));
    ok("rollback");
    ok("retire", "4");
    okLossy("replay", "--until-caught-up");
    Result forced = lossy("promote", "--force");
    Result wrong = lossy("promote", "--set", "promotion.views.revenu.equalWithin=99%");

    assertThat(strict.code(), is(1));
    assertThat(
        byView.out(),
        containsString("revenue: version 4 is live from now on; version 1 is the previous one"));
    assertThat(forced.out(), containsString("version 5 is live from now on"));
    assertThat(total("tea"), is(sum(4_000) - lost(4_000)));
    assertThat(wrong.code(), is(2));
  }

  @Test
  void promoteRollBackAndRetire() {
    ok("replay", "--until-caught-up", "--auto-promote");
    Result promoted = ok("status", "--format", "json");
    Result back = ok("rollback", "--view", "revenue");
    Result retired = ok("retire");
    Result nothing = cli.run("retire");
    Result live = cli.run("retire", "1");
    Result noCandidate = cli.run("promote");

    assertThat(promoted.out(), containsString("\"batchVersion\":4"));
    assertThat(promoted.out(), containsString("\"previousVersion\":1"));
    assertThat(back.out(), is("revenue: version 1 is live again; version 4 is the previous one\n"));
    assertThat(
        retired.out(),
        allOf(
            containsString("version 2 is retired"),
            containsString("version 3 is retired"),
            containsString("version 4 is retired")));
    assertThat(nothing.code(), is(1));
    assertThat(nothing.errors().get(0), containsString("no view has a previous version to retire"));
    assertThat(
        live.errors().get(0), containsString("version 1 is live. Promote another version first"));
    assertThat(noCandidate.errors().get(0), containsString("\"anabranch replay\""));
    assertThat(total("tea"), is(sum(4_000)));
    ok("verify", "revenue");
  }

  @Test
  void previousVersionGoesOnUntilItIsRetired() {
    ok("replay", "--until-caught-up", "--auto-promote");
    ingest(4_000, 100);
    ok("run", "--until-caught-up", "--role", "previous");
    assertThat(total("tea"), is(sum(4_000)));
    ok("rollback");

    assertThat(total("tea"), is(sum(4_100)));
  }

  @Test
  void rollbackSaysHowFarTheFormerVersionIsBehind() {
    ok("replay", "--until-caught-up", "--auto-promote");
    ingest(4_000, 3_200);
    ok("close", "--through", START.plusSeconds(7_200).toString());
    ok("run", "--until-caught-up");

    assertThat(
        ok("rollback", "--view", "revenue").out(),
        is(
            "revenue: version 1 is live again, 1 epoch behind: let it go on, with"
                + " \"anabranch run\"; version 4 is the previous one\n"));
  }

  @Test
  void rollbackSaysHowMuchOfTheOpenEpochTheFormerVersionLacks() {
    ok("replay", "--until-caught-up", "--auto-promote");
    ingest(4_000, 100);
    ok("run", "--until-caught-up", "--role", "live");

    assertThat(
        ok("rollback", "--view", "revenue").out(),
        is(
            "revenue: version 1 is live again, 3,400 bytes of the log behind: let it go on, with"
                + " \"anabranch run\"; version 4 is the previous one\n"));
  }

  @Test
  void whatCannotBeComparedAnswersOnlyByForce() throws Exception {
    cli.reconfigure("views.db", "other.db");
    cli.reconfigure(folder.resolve("log").toString(), folder.resolve("other").toString());
    ingest(0, 100);
    ok("run", "--until-caught-up");
    okLossy("replay", "--until-caught-up");

    Result promote = lossy("promote");
    Result forced = lossy("promote", "--force");

    assertThat(promote.code(), is(1));
    assertThat(
        promote.errors().get(0),
        containsString("was not compared, as no closed epoch is complete in both"));
    assertThat(forced.code(), is(0));
  }

  /** Between steps, the DirectRunner's watermark may pass the end of an epoch meanwhile. */
  @ParameterizedTest
  @CsvSource({"direct, true", "direct, false", "flink-local, true", "flink-local, false"})
  void contributionsWithTimestampsAfterTheirEpochAreNotLost(String runner, boolean fused)
      throws Exception {
    cli.reconfigure("views.db", "other.db");
    cli.reconfigure(folder.resolve("log").toString(), folder.resolve("other").toString());
    cli.reconfigure("wiring.Purchases", "wiring.TimedPurchases");
    cli.reconfigure("architecture: kappa", "architecture: lambda");
    for (int epoch = 0; epoch < 6; epoch++) {
      String time = START.plusSeconds(90_000 + 10_000L * epoch).toString();
      Path file = cli.write("ahead" + epoch + ".log", time + ",ann,tea,5\n");
      ok("ingest", file.toString(), "--at", START.plusSeconds(3_600L * epoch).toString());
    }
    ok("close", "--through", START.plusSeconds(3_600 * 5).toString());

    Result speed =
        cli.run(
            "run",
            "--layer",
            "speed", // it follows
            "--until-caught-up",
            "--runner",
            runner,
            "--set",
            "runner.options.fuseContributions=" + fused);
    if (runner.equals("direct") && !fused) {
      assertThat(speed.code(), is(1));
      assertThat(
          speed.errors().get(0),
          allOf(
              containsString("view \"revenue\" gives a contribution the timestamp "),
              containsString("Leave timestamps as they are")));
      ok("run", "--layer", "batch", "--runner", runner); // reads bounded input
      assertThat(total("tea"), is(25L));
    } else {
      assertThat(speed.err(), speed.code(), is(0));
      assertThat(total("tea"), is(30L));
    }
  }

  @Test
  void partialReplayKeepsOlderEpochs() {
    ok("replay", "--until-caught-up", "--from", "2015-05-21T01:00:00Z", "--auto-promote");

    assertThat(total("tea"), is(sum(4_000)));
    ok("verify", "revenue");
  }

  @Test
  void storeMovesToLambdaAndBackWithoutReadingAgain() throws Exception {
    cli.reconfigure("architecture: kappa", "architecture: lambda");
    Result toLambda = ok("run", "--layer", "speed", "--until-caught-up");
    Result batch = ok("run", "--layer", "batch");
    Result replay = cli.run("replay");
    Result compare = cli.run("compare");
    cli.reconfigure("architecture: lambda", "architecture: kappa");
    Result toKappa = ok("run", "--until-caught-up");

    assertThat(
        toLambda.out(),
        containsString("the architecture is lambda from now on, with the same rows: revenue"));
    assertThat(batch.out(), containsString("batch has nothing to do"));
    assertThat(replay.code(), is(2));
    assertThat(replay.errors().get(0), containsString("run --layer batch --full"));
    assertThat(compare.errors().get(0), containsString("the architecture of the store is Lambda"));
    assertThat(toKappa.out(), containsString("the architecture is kappa from now on"));
    assertThat(toKappa.out(), not(containsString("backfill")));
    assertThat(total("tea"), is(sum(4_000)));
  }

  @Test
  void wrongUsageIsReportedAtOnce() {
    Result rate = cli.run("replay", "--rate", "fast");
    Result one = cli.run("compare", "1");
    Result gone = cli.run("compare", "1", "99");
    Result role = cli.run("run", "--role", "candidate");
    Result same = cli.run("compare", "1", "1");
    Result other = cli.run("compare", "1", "2");
    Result noRole = cli.run("run", "--role", "foo");
    Result future = cli.run("replay", "--from", "2999-01-01T00:00:00Z", "--dry-run");
    Result both = cli.run("compare", "1", "2", "--view", "revenue");
    Result view = cli.run("retire", "1", "--view", "revenue");
    Result promotion = cli.run("compare", "1", "2", "--set", "promotion.views.x.equalWithin=1%");

    assertThat(rate.code(), is(2));
    assertThat(rate.errors().get(0), containsString("write records a second, as 500/s"));
    assertThat(one.code(), is(2));
    assertThat(gone.code(), is(1));
    assertThat(gone.errors().get(0), containsString("there is no version 99"));
    assertThat(same.code(), is(2));
    assertThat(same.errors().get(0), containsString("compare takes two versions, and 1 is one"));
    assertThat(other.code(), is(1));
    assertThat(
        other.errors().get(0),
        containsString("version 2 is of view \"buyers\", not of \"revenue\""));
    assertThat(noRole.code(), is(2));
    assertThat(
        noRole.errors().get(0), containsString("\"foo\" is not live, previous or candidate"));
    assertThat(future.code(), is(1));
    assertThat(future.errors().get(0), containsString("lies in the future"));
    assertThat(both.code(), is(2));
    assertThat(both.errors().get(0), containsString("a version is of one view"));
    assertThat(view.code(), is(2));
    assertThat(promotion.code(), is(2));
    assertThat(role.code(), is(1));
    assertThat(role.errors().get(0), containsString("has no candidate version"));
  }

  @Test
  void replayThatIsRefusedLeavesTheStoreWithItsArchitecture() throws Exception {
    cli.reconfigure("architecture: kappa", "architecture: lambda");
    ok("run", "--layer", "speed", "--until-caught-up");
    cli.reconfigure("architecture: lambda", "architecture: kappa");

    Result replay = cli.run("replay", "--view", "revenu");

    assertThat(replay.code(), is(2));
    assertThat(
        ok("status", "--format", "json").out(), containsString("\"architecture\":\"lambda\""));
  }

  @Test
  void runThatCannotGoOnLeavesTheStoreWithItsArchitectureAndItsVersions() throws Exception {
    ok("replay", "--until-caught-up", "--auto-promote"); // so that there is a previous version
    cli.reconfigure("architecture: kappa", "architecture: lambda");
    String before = ok("status", "--format", "json").out();

    Result speed = changed("run", "--layer", "speed", "--until-caught-up");
    Result batch = changed("run", "--layer", "batch");
    String after = ok("status", "--format", "json").out();
    Result full = changed("run", "--layer", "batch", "--full");

    assertThat(speed.code(), is(1));
    assertThat(
        speed.errors().get(0),
        allOf(
            containsString("of the architecture kappa, cannot go on in lambda"),
            containsString("revision was 1 and is 2"),
            containsString("Nothing was changed"),
            containsString("\"anabranch run --layer batch --full\"")));
    assertThat(batch.errors().get(0), containsString("Nothing was changed"));
    assertThat(after, is(before));
    assertThat(full.err(), full.code(), is(0));
  }

  @Test
  void deadLettersOfACandidateAreListedWithIt() {
    Path file = cli.write("broken.log", "no purchase\n");
    ok("ingest", file.toString(), "--at", START.plusSeconds(4_000).toString());
    Result replay = ok("replay", "--until-caught-up", "--view", "revenue");

    assertThat(replay.out(), containsString("1 dead letter"));
    assertThat(ok("dead-letters", "list").out(), not(containsString("no purchase")));
    assertThat(ok("dead-letters", "list", "--version", "4").out(), containsString("no purchase"));
    assertThat(
        ok("status").out(),
        containsString("revenue: candidate version 4 is complete through 2015-05-21T01:00:00Z"));
    assertThat(ok("status").out(), containsString(" of the log read, 1 dead letter\n"));
    assertThat(
        cli.run("dead-letters", "list", "--version", "99").errors().get(0),
        containsString("there is no version 99. \"anabranch status\" shows the versions"));
  }

  @Test
  void replayThatGoesOnIsReportedWithItsPlaceItsRateAndTheTimeLeft() throws Exception {
    for (int part = 0; part < 100; part++) { // of the epoch that is open, in many parts
      ingest(4_000 + 30 * part, 30);
    }
    ok("run", "--until-caught-up");
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      long begun = System.nanoTime();
      Future<Result> replay =
          thread.submit(() -> cli.run("replay", "--until-caught-up", "--rate", "500/s"));
      JsonNode candidate =
          await()
              .atMost(Duration.ofMinutes(1))
              .until(
                  () -> replay.isDone() ? Optional.of(NullNode.getInstance()) : candidate(),
                  Optional::isPresent)
              .orElseThrow();
      Result result = replay.get(1, TimeUnit.MINUTES);
      double seconds = (System.nanoTime() - begun) / 1e9;

      assertThat(result.err(), result.code(), is(0));
      assertThat(candidate.path("role").asText(), is("candidate"));
      long size = candidate.at("/read/bytes").asLong() + candidate.at("/left/bytes").asLong();
      double rate = candidate.at("/perSecond/bytes").asDouble();
      assertThat("of 34 bytes a record", rate, is(closeTo(500 * 34, 300 * 34)));
      assertThat(
          candidate.path("secondsLeft").asDouble(),
          is(closeTo(candidate.at("/left/bytes").asLong() / rate, 1)));
      assertThat(
          candidate.at("/behindLive/bytes").asLong(), is(candidate.at("/left/bytes").asLong()));
      assertThat(size, is(closeToLong(7_000 * 34, 7_000 * 3)));
      assertThat("7,000 records, 500 a second", seconds, greaterThan(13.0));
    } finally {
      thread.shutdownNow();
    }
  }

  /** Returns what status says of the candidate of the first view, once it tells a rate. */
  private Optional<JsonNode> candidate() throws Exception {
    JsonNode view =
        new ObjectMapper()
            .readTree(ok("status", "--format", "json").out().lines().findFirst().get());
    for (JsonNode version : view.path("versions")) {
      if (version.path("role").asText().equals("candidate")
          && version.at("/perSecond/bytes").asDouble() > 0
          && version.at("/left/bytes").asLong() > 0) {
        return Optional.of(version);
      }
    }
    return Optional.empty();
  }

  private static Matcher<Long> closeToLong(long value, long error) {
    return allOf(greaterThanOrEqualTo(value - error), lessThanOrEqualTo(value + error));
  }

  private Result changed(String... arguments) {
    return with("application=io.anabranch.wiring.ChangedPurchases", arguments);
  }

  /** One purchase of tea a second. */
  private void ingest(int first, int count) {
    StringBuilder lines = new StringBuilder();
    for (int second = first; second < first + count; second++) {
      lines.append(START.plusSeconds(second)).append(",ann,tea,").append(second).append('\n');
    }
    Path file = cli.write("lines-" + first + ".log", lines.toString());
    ok("ingest", file.toString(), "--at", START.plusSeconds(first + count - 1).toString());
  }

  private static long sum(long count) {
    return count * (count - 1) / 2;
  }

  private static long lost(int count) {
    long lost = 0;
    for (int amount = 7; amount < count; amount += 1_000) {
      lost += amount;
    }
    return lost;
  }

  private long total(String key) {
    String out = ok("query", "revenue", "--key", key, "--total", "--format", "csv").out();
    String row = out.lines().filter(line -> line.contains(key)).findFirst().orElseThrow();
    return Long.parseLong(row.split(",", -1)[3]);
  }

  private Result lossy(String... arguments) {
    return with("application=io.anabranch.wiring.LossyPurchases", arguments);
  }

  private Result with(String setting, String... arguments) {
    String[] all = Arrays.copyOf(arguments, arguments.length + 2);
    all[arguments.length] = "--set";
    all[arguments.length + 1] = setting;
    return cli.run(all);
  }

  private Result okLossy(String... arguments) {
    Result result = lossy(arguments);
    assertThat(result.err(), result.code(), is(0));
    return result;
  }

  private Result ok(String... arguments) {
    Result result = cli.run(arguments);
    assertThat(result.err(), result.code(), is(0));
    return result;
  }
}
