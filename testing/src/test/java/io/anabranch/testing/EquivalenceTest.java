/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing;

import static io.anabranch.testing.AnswerMatchers.hasNoGap;
import static io.anabranch.testing.AnswerMatchers.hasNoRow;
import static io.anabranch.testing.AnswerMatchers.hasRow;
import static io.anabranch.testing.Equivalence.agreesInEveryArchitecture;
import static io.anabranch.testing.SampleViews.hours;
import static io.anabranch.testing.SampleViews.words;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.MaterializedView;
import io.anabranch.testing.script.EventScript;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TimestampedValue;
import org.hamcrest.StringDescription;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;

/** How the kit is called; that it finds mistakes is shown by the gallery. */
final class EquivalenceTest {
  private static final EventScript<String> SCENARIO =
      EventScript.<String>on("2026-03-01")
          .at("10:00")
          .event("tea")
          .closeEpoch()
          .batch()
          .at("11:05")
          .event("tea", "10:30")
          .event("cup");

  @Test
  void answerOfScriptIsThatOfItsLastRun() {
    assertThat(
        ScriptedAnswer.of(words(), StringUtf8Coder.of(), SCENARIO),
        allOf(hasRow("2026-03-01T10:00:00Z", "tea", 1L), not(hasNoGap())));
    assertThat(
        ScriptedAnswer.of(words(), StringUtf8Coder.of(), SCENARIO.kappa()),
        hasRow("2026-03-01T10:00:00Z", "tea", 2L));
    assertThat(
        message(
            () -> ScriptedAnswer.of(words(), StringUtf8Coder.of(), EventScript.on("2026-03-01"))),
        startsWith("nothing runs in the script: "));
  }

  @Test
  void scenarioThatDiesAndIsStartedAgain() {
    MaterializedView<String, String, Long> words = words();
    EventScript<String> scenario =
        EventScript.<String>on("2026-03-01")
            .at("10:00")
            .event("tea")
            .closeEpoch()
            .batch()
            .at("11:05")
            .event("tea", "10:30")
            .event("cup")
            .crash()
            .speed()
            .speed();

    assertThat(
        ScriptedAnswer.of(words, StringUtf8Coder.of(), scenario),
        allOf(
            hasRow("2026-03-01T10:00:00Z", "tea", 2L),
            hasRow("2026-03-01T11:00:00Z", "cup", 1L),
            hasNoGap()));
  }

  @Test
  void lateEventOfScriptIsLeftOutOfWindowUntilFullBatchRun() {
    EventScript<String> late =
        EventScript.<String>on("2026-03-01")
            .at("10:00")
            .event("tea")
            .closeEpoch()
            .at("13:05")
            .event("tea", "10:10")
            .closeEpoch()
            .at("15:00")
            .closeEpoch();

    assertThat(
        ScriptedAnswer.of(hours(), StringUtf8Coder.of(), late.kappa()),
        hasRow("2026-03-01T10:00:00Z", "tea", 1L));
    assertThat(
        ScriptedAnswer.of(hours(), StringUtf8Coder.of(), late.batch()),
        hasRow("2026-03-01T10:00:00Z", "tea", 2L));
    assertThat(
        ScriptedAnswer.of(hours(), StringUtf8Coder.of(), late.speed()),
        allOf(hasRow("2026-03-01T10:00:00Z", "tea", 1L), hasNoRow("2026-03-01T11:00:00Z", "tea")));
    assertThat(
        hours(),
        Equivalence.<String>agreesInEveryArchitecture().given(late.speed().batch().kappa()));
  }

  @Test
  void givenScriptIsTheOnlySchedule() {
    assertThat(
        words(), Equivalence.<String>agreesInEveryArchitecture().given(SCENARIO.speed().kappa()));
  }

  @Test
  void flinkAgreesToo() {
    assertThat(
        words(),
        Equivalence.<String>agreesInEveryArchitecture()
            .given(
                EventScript.<String>on("2026-03-01")
                    .at("10:00")
                    .event("tea")
                    .closeEpoch()
                    .batch()
                    .event("cup", "10:30")
                    .speed()
                    .kappa())
            .on(Runners.flinkLocal()));
  }

  @Test
  void whatIsMissingIsSaid() {
    assertThat(
        message(() -> agreesInEveryArchitecture().matches(words())),
        is("there are no events: say given(...)"));
    assertThat(
        message(
            () ->
                Equivalence.<String>agreesInEveryArchitecture().given(List.of()).matches(words())),
        is("there are no events: give one or more"));
    assertThat(
        message(
            () ->
                Equivalence.<String>agreesInEveryArchitecture()
                    .given(random -> List.of())
                    .seed(3)
                    .matches(words())),
        is("there are no events: let given(...) make one or more, also with seed 3"));
    assertThat(
        message(
            () ->
                Equivalence.agreesInEveryArchitecture()
                    .given(List.of(TimestampedValue.of(new Object(), Instant.ofEpochMilli(0))))
                    .matches(words())),
        is("Beam knows no coder for java.lang.Object: set the one of your events, coder(...)"));
    assertThat(
        message(() -> agreesInEveryArchitecture().underSchedules(0)),
        is("0 schedules: there must be 1 or more"));
    assertThat(
        message(() -> agreesInEveryArchitecture().within(1.5)),
        is("numbers may differ by 1.5: it must be from 0 to 1"));
    assertThat(
        message(() -> Equivalence.<String>agreesInEveryArchitecture().given(SCENARIO.first(1))),
        is(
            "nothing runs in the script: end it with batch(), fullBatch(), speed(), kappa() or"
                + " replay()"));
    assertThat(
        message(() -> ScriptedAnswer.of(words(), StringUtf8Coder.of(), SCENARIO.crash())),
        is("nothing runs after crash(), which is said of the next run: end the script with it"));
  }

  @Test
  void runThatIsStoppedStoresWhatItHasReadAndLeavesOpenWindowsToTheNext() {
    EventScript<String> scenario =
        EventScript.<String>on("2026-03-01")
            .at("10:00")
            .event("tea")
            .stopped()
            .speed()
            .kappa()
            .closeEpoch()
            .at("11:05")
            .event("cup")
            .event("tea", "10:50")
            .at("12:40")
            .closeEpoch();

    assertThat(
        ScriptedAnswer.of(words(), StringUtf8Coder.of(), scenario.stopped().speed()),
        allOf(
            hasRow("2026-03-01T10:00:00Z", "tea", 2L), hasRow("2026-03-01T11:00:00Z", "cup", 1L)));
    assertThat(
        ScriptedAnswer.of(hours(), StringUtf8Coder.of(), scenario.stopped().kappa()),
        hasNoRow("2026-03-01T10:00:00Z", "tea"));
    assertThat(
        ScriptedAnswer.of(hours(), StringUtf8Coder.of(), scenario.stopped().kappa().kappa()),
        hasRow("2026-03-01T10:00:00Z", "tea", 2L));
    EventScript<String> all = scenario.stopped().speed().stopped().kappa().batch().speed().kappa();
    assertThat(words(), Equivalence.<String>agreesInEveryArchitecture().given(all));
    assertThat(hours(), Equivalence.<String>agreesInEveryArchitecture().given(all));
  }

  @Test
  void scenarioInWhichNothingIsComparedFails() {
    EventScript<String> open = EventScript.<String>on("2026-03-01").at("10:00").event("tea");

    assertThat(
        mismatch(open.batch()),
        allOf(
            startsWith("view \"words\" was not tested, with seed("),
            endsWith(
                "): no answer was compared. Close epochs before batch(), and let what dies be"
                    + " followed by a run that lives")));
    assertThat(mismatch(open.crash().speed()), containsString("no answer was compared"));
    assertThat(mismatch(open.closeEpoch().batch()), is(""));
  }

  private static String mismatch(EventScript<String> scenario) {
    StringDescription text = new StringDescription();
    Equivalence<String> matcher = Equivalence.<String>agreesInEveryArchitecture().given(scenario);
    if (!matcher.matches(words())) {
      matcher.describeMismatch(words(), text);
    }
    return text.toString();
  }

  @Test
  void whatAgreesIsReportedWithHowMuchWasCompared() {
    List<String> logged = new CopyOnWriteArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            logged.add(record.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger(Equivalence.class.getName());
    logger.addHandler(handler);
    try {
      assertThat(
          words(),
          Equivalence.<String>agreesInEveryArchitecture()
              .given(EventScript.<String>on("2026-03-01").at("10:00").event("tea").speed().kappa())
              .seed(12));
    } finally {
      logger.removeHandler(handler);
    }

    assertThat(
        logged,
        hasItem(
            "view \"words\" says the same in every architecture: 1 schedule, 2 runs, 2 cuts and 2"
                + " rows compared, seed(12)"));
  }

  @Test
  void whatIsNoViewIsReported() {
    StringDescription text = new StringDescription();
    Equivalence<String> matcher = Equivalence.<String>agreesInEveryArchitecture().given(events());

    assertThat(matcher.matches("tea"), is(false));
    matcher.describeMismatch("tea", text);
    assertThat(text.toString(), is("was no view, but tea"));
  }

  @Test
  void viewThatIsRefusedIsNoView() {
    MaterializedView<String, String, Long> refused =
        MaterializedView.of(String.class, "refused")
            .bucket(Duration.ofHours(1))
            .contributions(
                new PTransform<PCollection<String>, PCollection<KV<String, Long>>>() {
                  @Override
                  public PCollection<KV<String, Long>> expand(PCollection<String> events) {
                    return events
                        .apply(
                            Window.into(FixedWindows.of(org.joda.time.Duration.standardMinutes(1))))
                        .apply(Count.perElement());
                  }
                })
            .combine(Sum.ofLongs());

    assertThat(
        assertThrows(
                AssertionError.class,
                () ->
                    assertThat(
                        refused, Equivalence.<String>agreesInEveryArchitecture().given(events())))
            .getMessage(),
        containsString("view \"refused\" is refused: "));
  }

  private static String message(Runnable work) {
    return assertThrows(RuntimeException.class, work::run).getMessage();
  }

  private static List<TimestampedValue<String>> events() {
    Instant ten = Instant.parse("2026-03-01T10:00:00Z");
    return List.of(
        TimestampedValue.of("tea", ten),
        TimestampedValue.of("cup", ten.plus(org.joda.time.Duration.standardMinutes(3))),
        TimestampedValue.of("tea", ten.plus(org.joda.time.Duration.standardMinutes(70))));
  }
}
