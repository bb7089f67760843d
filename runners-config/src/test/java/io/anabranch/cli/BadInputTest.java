/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.Application;
import io.anabranch.api.CombinedView;
import io.anabranch.api.EventFormat;
import io.anabranch.api.MaterializedView;
import io.anabranch.cli.Cli.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each bad input gets one clear error and an exit code; nothing is written or lost. */
final class BadInputTest {
  private static final String GOOD = "2015-05-21T00:10:00Z,ann,tea,3\n";

  @TempDir Path folder;
  private Cli cli;

  @BeforeEach
  void setUp() {
    cli = new Cli(folder, "lambda");
  }

  @Test
  void unknownKeyNamesTheNearestKnownOne() throws IOException {
    cli.reconfigure("speed: ", "sped: ");

    Result result = ingestGood();

    assertFails(result, 2, "sped", "did you mean", "speed");
    assertNothingWritten();
  }

  @Test
  void wrongTypesAreReportedAllAtOnce() throws IOException {
    cli.reconfigure("refresh: 50ms", "refresh: [1, 2]");
    cli.reconfigure("epoch: 1h", "epoch: soon");
    cli.reconfigure("architecture: lambda", "architecture: zeta");

    Result result = ingestGood();

    assertFails(result, 2, "speed.refresh", "log.epoch", "architecture", "3 problems");
    assertNothingWritten();
  }

  @Test
  void missingConfigurationIsNamed() {
    Result result = Cli.bare("run", "-c", folder.resolve("none.yaml").toString());

    assertFails(result, 2, "none.yaml");
  }

  @Test
  void missingInputLeavesTheOthersOut() {
    cli.write("good.log", GOOD);

    Result result =
        cli.run("ingest", cli.path("good.log").toString(), cli.path("none.log").toString());

    assertFails(result, 1, "none.log");
    assertThat(cli.run("run", "--layer", "batch").err(), containsString("the log is empty"));
  }

  @Test
  void unknownViewNamesTheNearestKnownOne() {
    Result result = cli.run("query", "revenu");

    assertFails(result, 2, "\"revenu\"", "did you mean \"revenue\"", "revenue, buyers, units");
  }

  @Test
  void unknownRunnerListsWhatThereIs() {
    ingestAndClose(GOOD);

    Result result = cli.run("run", "--layer", "batch", "--runner", "sparkle");

    assertFails(result, 2, "\"sparkle\"", "direct, flink-local", "DirectRunner", "FlinkRunner");
    assertThat(Files.exists(cli.path("views.db")), is(false));
  }

  @Test
  void unknownBeamOptionIsNamed() {
    ingestAndClose(GOOD);

    Result result =
        Cli.bare(
            "run", "--layer", "batch", "-c", cli.path("anabranch.yaml").toString(), "--", "--no=1");

    assertFails(result, 2, "no");
    assertThat(Files.exists(cli.path("views.db")), is(false));
  }

  @Test
  void unknownLogKindListsWhatThereIs() throws IOException {
    cli.reconfigure("kind: files", "kind: file");

    assertFails(ingestGood(), 2, "log.kind", "files");
    assertNothingWritten();
  }

  @Test
  void twoViewsOfOneNameAreRefused() throws IOException {
    cli.reconfigure("io.anabranch.wiring.Purchases", TwoViewsOfOneName.class.getName());
    ingestAndClose(GOOD);

    Result result = cli.run("run", "--layer", "batch");

    assertFails(result, 2, "two views named \"twice\"", "rename one");
    assertThat(Files.exists(cli.path("views.db")), is(false));
  }

  @Test
  void applicationThatIsNotThereIsNamed() throws IOException {
    cli.reconfigure("io.anabranch.wiring.Purchases", "com.example.Nowhere");
    ingestAndClose(GOOD);

    Result result = cli.run("run", "--layer", "batch");

    assertFails(result, 2, "com.example.Nowhere", "not on the class path");
  }

  @Test
  void applicationThatIsNoneIsNamed() throws IOException {
    cli.reconfigure("io.anabranch.wiring.Purchases", "java.lang.String");
    ingestAndClose(GOOD);

    assertFails(cli.run("run", "--layer", "batch"), 2, "java.lang.String", "does not implement");
  }

  @Test
  void storeOfANewerSchemaIsLeftAlone() throws SQLException {
    ingestAndClose(GOOD);
    cli.run("run", "--layer", "batch");
    sql("UPDATE anabranch_schema SET version = 99");

    Result result = cli.run("run", "--layer", "batch");

    assertFails(result, 1, "99", "newer");
  }

  @Test
  void storeLockedBySomeoneElseIsSaidAndNothingIsWritten() throws SQLException {
    ingestAndClose(GOOD);
    cli.run("run", "--layer", "batch");
    String before = cli.run("query", "revenue", "--format", "csv").out();

    Result result;
    try (Connection other = connect();
        Statement statement = other.createStatement()) {
      statement.execute("BEGIN IMMEDIATE");
      result = cli.run("run", "--layer", "batch", "--full");
      statement.execute("ROLLBACK");
    }

    assertFails(result, 1, "locked by another process", "store.timeout");
    assertThat(cli.run("query", "revenue", "--format", "csv").out(), is(before));
  }

  @Test
  void logFolderThatCannotBeMadeIsNamed() throws IOException {
    cli.write("file", "not a folder");
    cli.reconfigure(folder.resolve("log").toString(), folder.resolve("file/log").toString());

    assertFails(ingestGood(), 1, "file/log");
  }

  @Test
  void bytesThatAreNotUtf8AreKeptAsTheyAre() {
    byte[] line =
        "2015-05-21T00:10:00Z,ann,t\u00e9a,3"
            .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    byte[] file = Arrays.copyOf(line, line.length + 1);
    file[line.length] = '\n';
    cli.write("latin.log", file);
    cli.run("ingest", cli.path("latin.log").toString(), "--at", "2015-05-21T00:30:00Z");

    Result run = cli.run("run", "--layer", "speed", "--until-caught-up");
    Result letters = cli.run("dead-letters", "list", "--format", "json");

    assertThat(run.err(), run.code(), is(0));
    assertThat(
        letters.out(),
        containsString(
            "\"recordBase64\":\"" + java.util.Base64.getEncoder().encodeToString(line) + "\""));
  }

  @Test
  void lineOfTenMegabytesIsADeadLetterAndTheRestGoesOn() throws IOException {
    cli.reconfigure("epoch: 1h", "epoch: 1h, maxRecord: 16MiB");
    String longLine = "x".repeat(10_000_000) + "\n";
    ingestAndClose(GOOD + longLine + GOOD);

    Result run = cli.run("run", "--layer", "batch");

    assertThat(run.err(), run.code(), is(0));
    assertThat(
        cli.run("query", "revenue", "--format", "csv").out(),
        containsString("tea,2015-05-21T00:10:00Z,6"));
    assertThat(
        cli.run("dead-letters", "list", "--format", "json").out().length() > 10_000_000, is(true));
  }

  @Test
  void emptyLogIsSaid() {
    for (String layer : List.of("batch", "speed")) {
      Result result =
          layer.equals("batch")
              ? cli.run("run", "--layer", layer)
              : cli.run("run", "--layer", layer, "--until-caught-up");

      assertFails(result, 1, "the log is empty", "ingest");
    }
  }

  @Test
  void logWithoutAClosedEpochIsSaid() {
    cli.write("good.log", GOOD);
    cli.run("ingest", cli.path("good.log").toString(), "--at", "2015-05-21T00:30:00Z");

    assertFails(cli.run("run", "--layer", "batch"), 1, "no epoch", "close", "2015-05-21T01:00:00Z");
  }

  @Test
  void queryBeforeTheFirstRunIsSaidAndMakesNoStore() {
    for (List<String> command :
        List.of(List.of("query", "revenue"), List.of("status"), List.of("dead-letters", "list"))) {
      Result result = cli.run(command.toArray(String[]::new));

      assertFails(result, 1, "no store", "run");
      assertThat(Files.exists(cli.path("views.db")), is(false));
    }
  }

  @Test
  void ingestIntoAClosedEpochIsRefused() {
    ingestAndClose(GOOD);

    Result result =
        cli.run("ingest", cli.path("good.log").toString(), "--at", "2015-05-21T00:40:00Z");

    assertFails(result, 1, "2015-05-21T00:00:00Z", "closed");
  }

  @Test
  void wrongUsageSaysWhatIsAllowed() {
    assertFails(cli.run("run", "--fail-on-mismatch"), 2, "--fail-on-mismatch is for --layer batch");
    assertFails(cli.run("run", "--layer", "stream"), 2, "--layer", "stream");
    assertFails(cli.run("gc", "--grace", "soon"), 2, "--grace", "\"soon\" is not a duration", "1h");
    assertFails(cli.run("gc", "--dead-after", "PT-1S"), 2, "--dead-after", "must be 0 or longer");
    assertFails(cli.run("query", "revenue", "--timeout", "0s"), 2, "--timeout", "1 ms to 24 h");
    assertFails(
        cli.run("query", "revenue", "--from", "today"),
        2,
        "--from",
        "\"today\" is not a time; write it in UTC, as 2015-05-17T10:00:00Z");
    assertFails(cli.run("verify"), 2, "VIEW");
    assertFails(cli.run("verify", "revenue"), 1, "there is no store at");
    assertFails(cli.run("compact"), 1, "there is no store at");
    assertFails(cli.run("gc"), 1, "there is no store at");
    assertFails(cli.run("run", "--layer", "speed", "--full"), 2, "--full is for --layer batch");
    assertFails(cli.run("query", "revenue", "--top", "0"), 2, "--top is 0");
    assertFails(cli.run("query", "revenue", "--from", "noon"), 2, "--from", "noon");
    assertFails(Cli.bare(), 2, "a command is missing");
    assertFails(Cli.bare("qery"), 2, "qery");
  }

  @Test
  void changedDefinitionIsRefusedUntilItIsComputedInFull() throws IOException {
    ingestAndClose(GOOD);
    cli.reconfigure("io.anabranch.wiring.Purchases", Counted.class.getName());
    assertThat(cli.run("run", "--layer", "batch").code(), is(0));
    cli.reconfigure(Counted.class.getName(), CountedAnew.class.getName());

    assertFails(cli.run("query", "lines"), 1, "revision was 1 and is 2");
    assertFails(cli.run("run", "--layer", "batch"), 1, "revision was 1 and is 2", "--full");
    assertFails(
        cli.run("run", "--layer", "speed", "--until-caught-up"), 1, "revision was 1 and is 2");

    assertThat(cli.run("run", "--layer", "batch", "--full").code(), is(0));
    assertThat(cli.run("query", "lines").code(), is(0));
  }

  @Test
  void mistakeOfAnAuthorIsNotCalledABug() throws IOException {
    cli.reconfigure("io.anabranch.wiring.Purchases", BadName.class.getName());
    ingestAndClose(GOOD);

    assertFails(cli.run("run", "--layer", "batch"), 2, "BadName", "\"Bad Name\" is not allowed");
  }

  @Test
  void storeOfAnotherLogIsNotMixed() throws IOException {
    ingestAndClose(GOOD);
    cli.run("run", "--layer", "batch");

    cli.reconfigure(folder.resolve("log").toString(), folder.resolve("other").toString());
    ingestAndClose(GOOD);

    assertFails(cli.run("run", "--layer", "batch"), 1, "another log");
    cli.reconfigure("architecture: lambda", "architecture: kappa");
    assertFails(cli.run("run", "--until-caught-up"), 1, "another log");
    assertFails(cli.run("replay", "--until-caught-up"), 1, "another log");
  }

  @Test
  void errorOfAnAuthorIsCut() throws IOException {
    cli.reconfigure("io.anabranch.wiring.Purchases", HugeError.class.getName());
    ingestAndClose(GOOD);

    Result result = cli.run("run", "--layer", "batch", "--set", "errors=fail");

    assertFails(result, 1, "view \"fails\", step \"Map\"", "xxx...");
    assertThat(result.err().length() < 2_000, is(true));
  }

  private Result ingestGood() {
    cli.write("good.log", GOOD);
    return cli.run("ingest", cli.path("good.log").toString(), "--at", "2015-05-21T00:30:00Z");
  }

  private void ingestAndClose(String text) {
    cli.write("good.log", text);
    Result ingest =
        cli.run("ingest", cli.path("good.log").toString(), "--at", "2015-05-21T00:30:00Z");
    assertThat(ingest.err(), ingest.code(), is(0));
    Result close = cli.run("close", "--through", "2015-05-21T01:00:00Z");
    assertThat(close.err(), close.code(), is(0));
  }

  private static void assertFails(Result result, int code, String... parts) {
    assertThat(result.err(), result.errors(), hasSize(1));
    for (String part : parts) {
      assertThat(result.err(), containsString(part));
    }
    assertThat(result.err(), result.code(), is(code));
    assertThat(result.out(), is(""));
  }

  private void assertNothingWritten() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<String> others =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> !name.equals("anabranch.yaml") && !name.equals("good.log"))
              .toList();
      assertThat(others, is(empty()));
    }
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + cli.path("views.db"));
  }

  private void sql(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static EventFormat<String> lines() {
    return EventFormat.<String>lines(line -> line)
        .timestamp(line -> java.time.Instant.EPOCH)
        .coder(StringUtf8Coder.of());
  }

  private static CombinedView<String, String, Long, ?, Long> counted(String name) {
    return MaterializedView.of(String.class, name)
        .bucket(java.time.Duration.ofHours(1))
        .contributions(
            MapElements.into(
                    TypeDescriptors.kvs(TypeDescriptors.strings(), TypeDescriptors.longs()))
                .via((String line) -> KV.of(line, 1L)))
        .combine(Sum.ofLongs());
  }

  /** An application that is refused. */
  public static final class TwoViewsOfOneName implements Application<String> {
    @Override
    public EventFormat<String> events() {
      return lines();
    }

    @Override
    public List<MaterializedView<String, ?, ?>> views() {
      return List.of(counted("twice"), counted("twice"));
    }
  }

  /** An application whose author chose a name that is not allowed. */
  public static final class BadName implements Application<String> {
    @Override
    public EventFormat<String> events() {
      return lines();
    }

    @Override
    public List<MaterializedView<String, ?, ?>> views() {
      return List.of(counted("Bad Name"));
    }
  }

  /** An application whose author quotes a long record. */
  public static final class HugeError implements Application<String> {
    @Override
    public EventFormat<String> events() {
      return lines();
    }

    @Override
    public List<MaterializedView<String, ?, ?>> views() {
      return List.of(
          MaterializedView.of(String.class, "fails")
              .bucket(java.time.Duration.ofHours(1))
              .contributions(
                  MapElements.into(
                          TypeDescriptors.kvs(TypeDescriptors.strings(), TypeDescriptors.longs()))
                      .via(HugeError::fail))
              .combine(Sum.ofLongs()));
    }

    private static KV<String, Long> fail(String line) {
      throw new IllegalStateException("cannot use " + line + "x".repeat(10_000_000));
    }
  }

  /** An application before a change. */
  public static final class Counted implements Application<String> {
    @Override
    public EventFormat<String> events() {
      return lines();
    }

    @Override
    public List<MaterializedView<String, ?, ?>> views() {
      return List.of(counted("lines"));
    }
  }

  /** The application after the change. */
  public static final class CountedAnew implements Application<String> {
    @Override
    public EventFormat<String> events() {
      return lines();
    }

    @Override
    public List<MaterializedView<String, ?, ?>> views() {
      return List.of(counted("lines").revision(2));
    }
  }
}
