/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;

import io.anabranch.cli.Cli.Result;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two hours: the first by batch, the second by speed and closed, so that batch may take it over.
 */
final class ExactLambdaCommandsTest {
  private static final String FIRST_HOUR =
      """
      2015-05-21T00:10:00Z,ann,tea,3
      2015-05-21T00:11:00Z,bob,tea,4
      """;
  private static final String SECOND_HOUR =
      """
      2015-05-21T00:12:00Z,cid,tea,10
      2015-05-21T01:12:00Z,cid,cup,1
      """;

  @TempDir Path folder;
  private Cli cli;

  @BeforeEach
  void computeTwoHours() {
    cli = new Cli(folder, "lambda");
    ingest(FIRST_HOUR, "2015-05-21T00:30:00Z");
    ok("close", "--through", "2015-05-21T01:00:00Z");
    ok("run", "--layer", "batch");
    ingest(SECOND_HOUR, "2015-05-21T01:30:00Z");
    ok("close", "--through", "2015-05-21T02:00:00Z");
    ok("run", "--layer", "speed", "--until-caught-up");
  }

  @Test
  void batchTakesOverWhatIsNewAndComparesItWithSpeed() {
    Result batch = ok("run", "--layer", "batch");
    Result again = ok("run", "--layer", "batch");
    Result status = ok("status");

    assertThat(
        batch.out(),
        allOf(
            containsString("2 records read for epochs from 2015-05-21T01:00:00Z"),
            containsString("complete through 2015-05-21T02:00:00Z"),
            containsString("revenue: all 2 rows equal the live rows")));
    assertThat(again.out(), containsString("batch has nothing to do"));
    assertThat(
        status.out(),
        containsString("last superseded through 2015-05-21T02:00:00Z, revenue: all 2 rows equal"));
    assertThat(total("tea"), containsString("\"value\":17,\"batch\":17}"));
  }

  /** As from cron, an hour at a time: reads must not get slower with each run. */
  @Test
  void batchRunsCompactTheirSlicesByThemselves() {
    String folded = "";
    for (int hour = 3; hour < 13; hour++) {
      String day = "2015-05-21T%02d".formatted(hour);
      ingest(day + ":10:00Z,ann,tea,1\n", day + ":30:00Z");
      ok("close", "--through", "2015-05-21T%02d:00:00Z".formatted(hour + 1));
      folded += ok("run", "--layer", "batch").out();
    }

    assertThat(folded, containsString("slices compacted into one"));
    assertThat(total("tea"), containsString("\"value\":27,\"batch\":27}"));
    assertThat(
        "slices of one view",
        ok("status", "--format", "json").out().split("\"slice\":", -1).length,
        lessThan(40));
  }

  @Test
  void strictIsRefusedWithoutTheLogAndAnyAnswerByAnotherOne() {
    Result missing =
        cli.run("query", "revenue", "--strict", "--set", "log.path=" + folder.resolve("typo"));
    Result withoutLog = cli.run("query", "revenue", "--set", "log.path=" + folder.resolve("typo"));
    cli.run(
        "ingest",
        "--set",
        "log.path=" + folder.resolve("other"),
        cli.write("x.log", "x,y\n").toString(),
        "--at",
        "2015-05-21T00:30:00Z");
    Result other = cli.run("query", "revenue", "--set", "log.path=" + folder.resolve("other"));
    Result status = cli.run("status", "--set", "log.path=" + folder.resolve("other"));

    assertThat(missing.code(), is(1));
    assertThat(missing.errors().get(0), containsString("there is no log at "));
    assertThat(withoutLog.code(), is(0));
    for (Result result : List.of(other, status)) {
      assertThat(result.code(), is(1));
      assertThat(
          result.errors().get(0), containsString("computed from another log. Set log.path back"));
    }
  }

  @Test
  void timesInTheFutureAreRefused() {
    String future = Instant.now().plus(Duration.ofDays(400)).toString();

    Result ingest = cli.run("ingest", cli.write("x.log", FIRST_HOUR).toString(), "--at", future);
    Result close = cli.run("close", "--through", future);

    for (Result result : List.of(ingest, close)) {
      assertThat(result.code(), is(2));
      assertThat(result.errors().get(0), containsString(future + ", in the future"));
    }
  }

  @Test
  void lambdaWithoutLayerRunsBatchThenSpeedUntilCaughtUp() {
    ingest("2015-05-21T02:10:00Z,dan,tea,100\n", "2015-05-21T02:30:00Z");

    Result run = ok("run", "--until-caught-up");

    assertThat(run.out(), containsString("batch run"));
    assertThat(run.out(), containsString("speed run"));
    assertThat(
        ok("query", "revenue", "--total", "--format", "json").out(),
        containsString("\"key\":\"tea\",\"value\":117,\"batch\":17,\"speed\":100"));
  }

  @Test
  void mismatchIsReportedAndGatesWhoAsksForIt() throws SQLException {
    execute(
        "DELETE FROM anabranch_row WHERE key_text = 'tea' AND slice IN (SELECT slice FROM"
            + " anabranch_live_slice WHERE speed = 1 AND view = 'revenue')");

    Result gated = cli.run("run", "--layer", "batch", "--fail-on-mismatch");

    assertThat(gated.code(), is(1));
    assertThat(
        gated.errors().get(0),
        allOf(
            containsString("view \"revenue\": 1 of 2 rows differ"),
            containsString("2015-05-21T00:10:00Z tea: nothing against 10"),
            containsString("nothing was published")));
    assertThat(total("tea"), containsString("\"value\":7,\"batch\":7}"));

    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    Metrics.addRegistry(registry);
    Result batch = ok("run", "--layer", "batch");
    Metrics.removeRegistry(registry);

    assertThat(registry.counter("anabranch.reconcile.rows", "view", "revenue").count(), is(2.0));
    assertThat(
        registry.counter("anabranch.reconcile.different", "view", "revenue").count(), is(1.0));
    assertThat(batch.out(), containsString("revenue: 1 of 2 rows DIFFER"));
    assertThat(total("tea"), containsString("\"value\":17,\"batch\":17}"));
    assertThat(
        ok("status", "--format", "json").out(),
        containsString(
            "\"rows\":2,\"different\":1,\"differentByLateEvents\":0,\"largestRelativeDifference\":1.0,\"worst\":"
                + "[{\"bucket\":\"2015-05-21T00:10:00Z\",\"key\":\"tea\",\"batch\":\"10\"}]"));
  }

  @Test
  void strictQueryRefusesAGapAndOthersReportIt() {
    ingest("2015-05-21T02:10:00Z,dan,tea,100\n", "2015-05-21T02:30:00Z");
    ok("close", "--through", "2015-05-21T03:00:00Z");

    Result strict = cli.run("query", "revenue", "--strict");
    Result table = ok("query", "revenue");
    Result json = ok("query", "revenue", "--format", "json");

    String gap = "[2015-05-21T02:00:00Z, 2015-05-21T03:00:00Z)";
    assertThat(strict.code(), is(1));
    assertThat(strict.out(), is(""));
    assertThat(strict.errors().get(0), containsString("records ingested in " + gap));
    assertThat(table.out(), containsString("NOT COVERED: what was ingested in " + gap));
    assertThat(
        json.out(),
        containsString(
            "\"gaps\":[{\"firstEpoch\":397826,\"lastEpoch\":397826,"
                + "\"start\":\"2015-05-21T02:00:00Z\",\"end\":\"2015-05-21T03:00:00Z\"}]"));

    ok("run", "--layer", "speed", "--until-caught-up");
    ok("query", "revenue", "--strict");
  }

  @Test
  void verifyFindsARowThatIsNotWhatTheLogSays() throws SQLException {
    Result equal = ok("verify", "revenue");
    assertThat(
        equal.out(),
        is(
            "revenue: 2 rows of 4 records through 2015-05-21T02:00:00Z: the live rows equal the"
                + " log\n"));

    execute("DELETE FROM anabranch_row WHERE key_text = 'cup'");
    Result different = cli.run("verify", "revenue");

    assertThat(different.code(), is(1));
    assertThat(
        different.out(),
        is(
            "  served against log, 2015-05-21T01:10:00Z cup: nothing against 1\n"
                + "revenue: 2 rows of 4 records through 2015-05-21T02:00:00Z: 1 rows DIFFER\n"));
    assertThat(ok("status").out(), not(containsString("scratch")));
  }

  @Test
  void compactFoldsSlicesAndGcRemovesThem() {
    ok("run", "--layer", "batch");
    String before = ok("query", "revenue", "--format", "csv").out();

    Result compact = ok("compact");
    Result again = ok("compact");
    Result kept = ok("gc");
    Result dry = ok("gc", "--grace", "0s", "--dry-run");
    Result gc = ok("gc", "--grace", "0s");
    Result nothing = ok("gc", "--grace", "0s");

    assertThat(
        compact.out(), containsString("revenue: 2 slices compacted into one, 3 rows into 2"));
    assertThat(again.out(), containsString("nothing to compact"));
    assertThat(ok("query", "revenue", "--format", "csv").out(), is(before));
    assertThat(kept.out(), containsString("removed 0 rows in 0 slices, 0 versions"));
    assertThat(gc.out(), containsString("in 6 slices, 0 versions"));
    assertThat(dry.out(), is(gc.out().replace("removed", "would remove")));
    assertThat(nothing.out(), is("removed 0 rows in 0 slices, 0 versions\n"));
  }

  private String total(String key) {
    return ok("query", "revenue", "--total", "--key", key, "--format", "json").out();
  }

  private void ingest(String text, String at) {
    ok("ingest", cli.write("some.log", text).toString(), "--at", at);
  }

  private Result ok(String... command) {
    Result result = cli.run(command);
    assertThat(String.join(" ", command) + "\n" + result.err(), result.code(), is(0));
    return result;
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("views.db"));
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
