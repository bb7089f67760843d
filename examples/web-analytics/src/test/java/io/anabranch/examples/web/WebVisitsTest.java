/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import io.anabranch.api.Answer;
import io.anabranch.api.Bucket;
import io.anabranch.api.definition.LoadedApplication;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.log.AppendableLog;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.api.spi.store.ViewStores;
import io.anabranch.cli.demo.SampleTraffic.Arrival;
import io.anabranch.config.Providers;
import io.anabranch.contracts.log.Lines;
import io.anabranch.serving.Query;
import io.anabranch.serving.ViewReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sessions, bounces and top pages through the real command line, on the real log where it is there,
 * each request appended within its hour.
 */
final class WebVisitsTest {
  private static final Path REAL_LOG = Path.of("../../../shared/data/apache_access.log");
  private static final List<String> VIEWS = List.of("sessions", "bounce-rate", "top-pages");
  private static final String APPLICATION = "application=" + WebVisits.class.getName();
  private static final Duration HOUR = Duration.ofHours(1);

  @TempDir Path folder;
  private final List<String> ingested = new ArrayList<>();

  @Test
  void lambdaAndKappaEqualAnIndependentCountAndLateEventsWaitForAFullRun() throws Exception {
    NavigableMap<Instant, List<String>> hours = hours();
    List<Instant> times = List.copyOf(hours.keySet());
    Instant middle = times.get(times.size() / 2);
    Instant end = hours.lastKey().plus(HOUR);
    CommandLine cli = new CommandLine(folder, "lambda", "flink-local");

    hours.headMap(middle).forEach(this::append);
    run(cli, "close", "--through", middle.toString());
    run(cli, "run", "--layer", "batch");
    check("views", "batch", middle.minus(HOUR));

    hours.tailMap(middle).forEach(this::append);
    run(cli, "close", "--through", end.toString());
    run(cli, "run", "--layer", "speed", "--until-caught-up", "--runner", "direct");
    check("views", "batch and speed", end.minus(HOUR));

    String incremental = run(cli, "run", "--layer", "batch");
    check("views", "incremental batch", end.minus(HOUR));
    assertThat(incremental, containsString("rows equal the live rows"));
    assertThat(incremental.contains("DIFFER"), is(false));
    run(cli, "verify", "sessions");
    assertThat(
        run(cli, "query", "sessions", "--strict", "--format", "json"),
        allOf(containsString("\"requests\":1,\"bytes\":"), containsString("Z\",\"end\":\"2015-")));

    String store = "store.url=jdbc:sqlite:" + folder.resolve("kappa.db");
    run(cli, "run", "--until-caught-up", "--set", "architecture=kappa", "--set", store);
    check("kappa", "kappa", end.minus(HOUR));

    String late = line(end.minus(Duration.ofHours(12)), "198.18.0.1", "/late");
    append(end, List.of(late));
    ingested.remove(late); // it comes twelve hours late: it is left out at first
    run(cli, "close", "--through", end.plus(HOUR).toString());
    run(cli, "run", "--layer", "batch");
    check("views", "without the late event", end);
    List<String> letters =
        run(cli, "dead-letters", "list", "--kind", "late", "--format", "json").lines().toList();
    assertThat(letters.size(), is(VIEWS.size()));
    assertThat(run(cli, "status"), containsString("1 event late or early, not counted"));

    ingested.add(late);
    String full = run(cli, "run", "--layer", "batch", "--full");
    check("views", "with the late event", end);
    assertThat(full, containsString("that late events changed"));
    assertThat(full, not(containsString("DIFFER")));
    assertThat(run(cli, "status"), not(containsString("late or early")));
    assertThat(
        run(cli, "query", "bounce-rate", "--total", "--key", "/late", "--format", "json"),
        containsString("\"value\":{\"sessions\":1,\"bounces\":1}"));
  }

  @Test
  void definitionsPassTheGraphChecks() {
    WebVisits application = new WebVisits();

    List<String> windows =
        application.views().stream()
            .map(
                view ->
                    ViewDefinition.of(view, application.events())
                        .fingerprint()
                        .parts()
                        .get("windows"))
            .toList();

    assertThat(
        windows,
        is(
            List.of(
                "Sessions(gapDuration=PT30M)",
                "FixedWindows(size=PT1H) Sessions(gapDuration=PT30M)",
                "FixedWindows(size=PT1H)")));
  }

  private static String run(CommandLine cli, String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--set", APPLICATION));
    return cli.run(all.toArray(String[]::new));
  }

  private void check(String store, String step, Instant by) {
    VisitCount count = VisitCount.of(ingested);
    Settings settings = new Settings(Map.of("url", "jdbc:sqlite:" + folder.resolve(store + ".db")));
    try (ViewStore opened = ViewStores.open(settings)) {
      for (ViewDefinition<Request, ?, ?, ?, ?> view :
          LoadedApplication.of(new WebVisits()).views()) {
        Map<String, Object> rows = rows(opened, view);
        Map<String, Object> expected = count.view(view.name(), by);
        assertThat(step + ", " + view.name(), differences(rows, expected), is(empty()));
        assertThat(step + ", rows of " + view.name(), expected.size(), greaterThan(0));
      }
    }
  }

  private static <K, O> Map<String, Object> rows(
      ViewStore store, ViewDefinition<?, K, ?, ?, O> view) {
    Map<String, Object> rows = new TreeMap<>();
    for (Answer.Row<K, O> each : ViewReader.of(store, view).read(Query.all()).rows()) {
      Bucket window = each.bucket().orElseThrow();
      String row = VisitCount.row(window.start(), window.end(), each.key().toString());
      assertThat("rows of " + row, rows.put(row, each.value()) == null);
    }
    return rows;
  }

  private static List<String> differences(Map<String, Object> is, Map<String, Object> should) {
    TreeSet<String> rows = new TreeSet<>(is.keySet());
    rows.addAll(should.keySet());
    return rows.stream()
        .filter(row -> !Objects.equals(should.get(row), is.get(row)))
        .map(row -> row + ": " + is.get(row) + " instead of " + should.get(row))
        .limit(20)
        .toList();
  }

  /** Lines by the hour in which they happened; one that cannot be read is with those before it. */
  private static NavigableMap<Instant, List<String>> hours() throws IOException {
    List<String> lines =
        Files.exists(REAL_LOG)
            ? Files.readAllLines(REAL_LOG, UTF_8)
            : new WebTraffic()
                    .arrivals(5, 5_000, Instant.parse("2015-05-21T00:00:00Z"), Duration.ofDays(2))
                    .stream()
                    .map(Arrival::line)
                    .toList();
    NavigableMap<Instant, List<String>> hours = new TreeMap<>();
    Instant hour = null;
    for (String line : lines) {
      Optional<Request> request = ReferenceParser.parse(line);
      hour = request.map(each -> each.time().truncatedTo(ChronoUnit.HOURS)).orElse(hour);
      if (hour != null) {
        hours.computeIfAbsent(hour, absent -> new ArrayList<>()).add(line);
      }
    }
    return hours;
  }

  private void append(Instant hour, List<String> lines) {
    Settings settings =
        new Settings(Map.of("path", folder.resolve("log").toString(), "epoch", "1h"));
    try (AppendableLog log =
        (AppendableLog) Providers.installed().log("files").orElseThrow().open(settings)) {
      log.append(List.of(Lines.of(String.join("\n", lines))), Optional.of(hour.plusSeconds(3_000)));
    }
    ingested.addAll(lines);
  }

  private static String line(Instant time, String address, String path) {
    return String.format(
        "%s - - [%s] \"GET %s HTTP/1.1\" 200 1 \"-\" \"-\"",
        address, ReferenceParser.TIME.format(time.atOffset(java.time.ZoneOffset.UTC)), path);
  }
}
