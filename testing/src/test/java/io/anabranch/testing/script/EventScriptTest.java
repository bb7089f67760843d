/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.script;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.log.AppendableLog;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.config.Providers;
import io.anabranch.runners.RunnerProfile;
import io.anabranch.testing.Fold;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EventScriptTest {
  private static final EventScript<String> SCENARIO =
      EventScript.<String>on("2026-03-01")
          .at("10:00")
          .event("tea")
          .at("10:20")
          .event("cup", "09:15")
          .waitFor(Duration.ofSeconds(1))
          .speed()
          .closeEpoch()
          .batch()
          .at("11:05")
          .event("tea")
          .crash()
          .speed()
          .restart()
          .speed();

  @Test
  void descriptionOfAScenarioIsTheCodeThatMakesIt() {
    assertThat(
        SCENARIO.toString(),
        is(
            """
            EventScript.on("2026-03-01").epoch(Duration.parse("PT1H"))
                .at("2026-03-01T10:00:00Z")
                .event("tea")
                .at("2026-03-01T10:20:00Z")
                .event("cup", "2026-03-01T09:15:00Z")
                .waitFor(Duration.parse("PT1S"))
                .speed()
                .at("2026-03-01T10:59:59.999Z")
                .closeEpoch()
                .batch()
                .at("2026-03-01T11:05:00Z")
                .event("tea")
                .crash().speed()
                .restart()
                .speed()"""));
  }

  @Test
  void describedScenarioMakesTheSameScript() {
    EventScript<String> told =
        EventScript.<String>on("2026-03-01")
            .epoch(Duration.parse("PT1H"))
            .at("2026-03-01T10:00:00Z")
            .event("tea")
            .at("2026-03-01T10:20:00Z")
            .event("cup", "2026-03-01T09:15:00Z")
            .waitFor(Duration.parse("PT1S"))
            .speed()
            .at("2026-03-01T10:59:59.999Z")
            .closeEpoch()
            .batch()
            .at("2026-03-01T11:05:00Z")
            .event("tea")
            .crash()
            .speed()
            .restart()
            .speed();

    assertThat(told.steps(), is(SCENARIO.steps()));
    assertThat(told.events(), is(SCENARIO.events()));
  }

  @Test
  void timeDoesNotRunBackAndMustBeATime() {
    EventScript<String> script = EventScript.<String>on("2026-03-01").at("10:00");

    assertThat(message(() -> script.at("09:59")), containsString("time does not run back"));
    assertThat(message(() -> script.at("ten")), containsString("\"ten\" is no time: write 10:20"));
    assertThat(
        message(() -> EventScript.on("today")), containsString("is no instant: write 2026-03-01T"));
    assertThrows(
        IllegalStateException.class, () -> script.event("tea").epoch(Duration.ofMinutes(1)));
  }

  @Test
  void testStreamGivesTheEventsAsTheyArriveAndNoneTooLate() {
    Pipeline pipeline =
        Pipeline.create(RunnerProfile.of("direct", Map.of()).pipelineOptions(List.of()));
    PCollection<KV<String, Long>> counts =
        pipeline
            .apply(SCENARIO.testStream(StringUtf8Coder.of()))
            .apply(Window.into(FixedWindows.of(org.joda.time.Duration.standardHours(1))))
            .apply(Count.perElement());

    PAssert.that(counts).inOnTimePane(hour("09:00")).containsInAnyOrder(List.of(KV.of("cup", 1L)));
    PAssert.that(counts).inOnTimePane(hour("10:00")).containsInAnyOrder(List.of(KV.of("tea", 1L)));
    PAssert.that(counts).inOnTimePane(hour("11:00")).containsInAnyOrder(List.of(KV.of("tea", 1L)));
    pipeline.run().waitUntilFinish();
  }

  @Test
  void filesHoldTheEventsInTheirEpochs(@TempDir Path folder) {
    Settings settings =
        new Settings(Map.of("path", folder.resolve("log").toString(), "epoch", "1h"));
    try (AppendableLog log =
        (AppendableLog) Providers.installed().log("files").orElseThrow().open(settings)) {
      SCENARIO.writeTo(log, event -> event);

      LogEnd end = log.end();
      assertThat(end.firstEpoch(), is(log.epochs().at(Instant.parse("2026-03-01T10:00:00Z"))));
      assertThat(end.lastEpoch(), is(end.firstEpoch() + 1));
      assertThat(end.closedThrough(), is(end.firstEpoch()));
    }
  }

  @Test
  void foldAddsWhatEachEventContributes() {
    Fold<String, Long, ?, Long> fold = Fold.of(Duration.ofHours(1), Sum.ofLongs());
    fold.addAll(SCENARIO, event -> List.of(KV.of(event, 1L)));

    assertThat(
        fold.rows().toString(),
        is("{2026-03-01T09:00:00Z cup=1, 2026-03-01T10:00:00Z tea=1, 2026-03-01T11:00:00Z tea=1}"));
  }

  private static IntervalWindow hour(String start) {
    return new IntervalWindow(
        org.joda.time.Instant.parse("2026-03-01T" + start + ":00Z"),
        org.joda.time.Duration.standardHours(1));
  }

  private static String message(Runnable work) {
    return assertThrows(IllegalArgumentException.class, work::run).getMessage();
  }
}
