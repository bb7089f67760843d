/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.epoch;

import static io.anabranch.transforms.testkit.Script.EPOCHS;
import static io.anabranch.transforms.testkit.Script.at;
import static io.anabranch.transforms.testkit.Script.epoch;
import static io.anabranch.transforms.testkit.Script.event;
import static io.anabranch.transforms.testkit.Script.lastOf;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.Epochs;
import java.time.Duration;
import java.util.Collection;
import java.util.Random;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.testing.CoderProperties;
import org.apache.beam.sdk.testing.WindowFnTestUtils;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.IncompatibleWindowException;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.util.SerializableUtils;
import org.apache.beam.sdk.values.TimestampedValue;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EpochWindowsTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @ParameterizedTest
  @CsvSource({
    "2026-03-01T10:05:30Z, 2026-03-01T10:05:00Z", // within a bucket
    "2026-03-01T10:05:00Z, 2026-03-01T10:05:00Z", // its first instant
    "2026-03-01T10:05:59.999Z, 2026-03-01T10:05:00Z", // its last millisecond
    "2026-03-01T10:00:00Z, 2026-03-01T10:00:00Z", // the first instant of the epoch
    "2026-03-01T10:59:59.999Z, 2026-03-01T10:59:00Z", // the last millisecond of the epoch
    "2026-03-01T11:00:00Z, 2026-03-01T11:00:00Z", // the first instant after the epoch
    "2025-12-01T10:00:01Z, 2025-12-01T10:00:00Z", // 90 days late
    "2026-04-01T10:00:01Z, 2026-04-01T10:00:00Z", // a month ahead
    "1970-01-01T00:00:00Z, 1970-01-01T00:00:00Z",
    "1969-12-31T23:59:59.999Z, 1969-12-31T23:59:00Z", // before Unix time: not rounded to zero
    "1969-12-31T23:59:00Z, 1969-12-31T23:59:00Z",
    "0001-01-01T00:00:00Z, 0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999Z, 9999-12-31T23:59:00Z"
  })
  void eventGetsTheBucketOfItsTimeInTheEpochOfItsRecord(String eventTime, String bucketStart)
      throws Exception {
    EpochWindow window =
        onlyWindow(EpochWindows.of(EPOCHS, MINUTE), event("2026-03-01T10:30:00Z", eventTime, ""));

    assertThat(window.epoch(), is(epoch("2026-03-01T10:30:00Z")));
    assertThat(window.start(), is(at(bucketStart)));
    assertThat(window.end(), is(at(bucketStart).plus(org.joda.time.Duration.millis(60_000))));
    assertThat(window.maxTimestamp(), is(at("2026-03-01T10:59:59.999Z")));
  }

  @Test
  void epochsBeforeUnixTimeEndWhereTheyEnd() throws Exception {
    EpochWindow window = onlyWindow(EpochWindows.of(EPOCHS, MINUTE), event(-1, -7_200_000, ""));

    assertThat(window.epoch(), is(-1L));
    assertThat(window.maxTimestamp(), is(Instant.ofEpochMilli(-1)));
  }

  @Test
  void bucketsLongerThanEpochsStillEndWithTheEpoch() throws Exception {
    EpochWindow window =
        onlyWindow(
            EpochWindows.of(EPOCHS, Duration.ofDays(30)),
            event("2026-03-01T10:30:00Z", "2026-03-01T10:30:00Z", ""));

    assertThat(window.end(), greaterThan(at("2026-03-01T11:00:00Z")));
    assertThat(window.maxTimestamp(), is(at("2026-03-01T10:59:59.999Z")));
  }

  @Test
  void inOneEpochAllEventsGetTheWindowsOfThatEpoch() throws Exception {
    EpochWindows<String> windows =
        EpochWindows.<String>of(EPOCHS, MINUTE).inOneEpoch(epoch("2026-03-01T12:00:00Z"));

    EpochWindow first =
        onlyWindow(windows, event("2026-03-01T10:30:00Z", "2026-03-01T10:05:01Z", ""));
    EpochWindow second =
        onlyWindow(windows, event("2026-03-01T12:30:00Z", "2026-03-01T10:05:02Z", ""));

    assertThat(first, is(second));
    assertThat(first.epoch(), is(epoch("2026-03-01T12:00:00Z")));
    assertThat(first.maxTimestamp(), is(at("2026-03-01T12:59:59.999Z")));
  }

  @Test
  void windowsOfOneBucketAreEqualOnlyInOneEpoch() throws Exception {
    EpochWindows<String> windows = EpochWindows.of(EPOCHS, MINUTE);

    EpochWindow window =
        onlyWindow(windows, event("2026-03-01T10:30:00Z", "2026-03-01T10:05:01Z", ""));
    EpochWindow same =
        onlyWindow(windows, event("2026-03-01T10:40:00Z", "2026-03-01T10:05:02Z", ""));
    EpochWindow nextEpoch =
        onlyWindow(windows, event("2026-03-01T11:30:00Z", "2026-03-01T10:05:01Z", ""));
    EpochWindow nextBucket =
        onlyWindow(windows, event("2026-03-01T10:30:00Z", "2026-03-01T10:06:00Z", ""));
    EpochWindow longerBucket =
        onlyWindow(
            EpochWindows.of(EPOCHS, Duration.ofMinutes(5)),
            event("2026-03-01T10:30:00Z", "2026-03-01T10:05:01Z", ""));

    assertThat(window, is(same));
    assertThat(window.hashCode(), is(same.hashCode()));
    assertThat(window, is(not(nextEpoch)));
    assertThat(window, is(not(nextBucket)));
    assertThat(window, is(not(longerBucket)));
    assertThat(window.equals(new IntervalWindow(window.start(), window.end())), is(false));
  }

  @Test
  void windowsAreOrderedByBucketAndThenByEpoch() throws Exception {
    EpochWindows<String> windows = EpochWindows.of(EPOCHS, MINUTE);

    EpochWindow window =
        onlyWindow(windows, event("2026-03-01T10:30:00Z", "2026-03-01T10:05:01Z", ""));
    EpochWindow nextEpoch =
        onlyWindow(windows, event("2026-03-01T11:30:00Z", "2026-03-01T10:05:01Z", ""));
    EpochWindow nextBucket =
        onlyWindow(windows, event("2026-03-01T10:30:00Z", "2026-03-01T10:06:01Z", ""));

    assertThat(window, is(lessThan(nextEpoch)));
    assertThat(nextEpoch, is(lessThan(nextBucket)));
    assertThat(
        window.compareTo(
            onlyWindow(windows, event("2026-03-01T10:40:00Z", "2026-03-01T10:05:02Z", ""))),
        is(0));
  }

  @Test
  void functionsAreCompatibleOnlyWithThoseOfTheSameEpochsAndBuckets() {
    EpochWindows<String> windows = EpochWindows.of(EPOCHS, MINUTE);

    assertThat(windows, is(EpochWindows.of(new Epochs(Duration.ofHours(1)), MINUTE)));
    assertThat(
        windows.hashCode(),
        is(EpochWindows.of(new Epochs(Duration.ofHours(1)), MINUTE).hashCode()));
    assertDoesNotThrow(
        () -> windows.verifyCompatibility(EpochWindows.<String>of(EPOCHS, Duration.ofSeconds(60))));
    assertIncompatible(windows, EpochWindows.<String>of(EPOCHS, Duration.ofMinutes(2)));
    assertIncompatible(
        windows, EpochWindows.<String>of(new Epochs(Duration.ofHours(2)), Duration.ofMinutes(1)));
    assertIncompatible(windows, windows.inOneEpoch(0));
    assertIncompatible(windows.inOneEpoch(0), windows.inOneEpoch(1));
    assertIncompatible(windows, FixedWindows.of(org.joda.time.Duration.standardMinutes(1)));
  }

  @Test
  void sideInputCannotBeWindowedByEpochs() {
    UnsupportedOperationException refusal =
        assertThrows(
            UnsupportedOperationException.class,
            () -> EpochWindows.of(EPOCHS, MINUTE).getDefaultWindowMappingFn());

    assertThat(refusal.getMessage(), containsString("side input"));
  }

  @Test
  void functionSurvivesSerializationAndShowsItsLengths() {
    EpochWindows<String> windows = EpochWindows.<String>of(EPOCHS, MINUTE).inOneEpoch(7);

    assertThat(SerializableUtils.ensureSerializable(windows), is(windows));
    assertThat(DisplayData.from(windows).asMap().toString(), containsString("bucket"));
  }

  @Test
  void bucketShorterThanAMillisecondIsRefused() {
    IllegalArgumentException refusal =
        assertThrows(
            IllegalArgumentException.class,
            () -> EpochWindows.of(EPOCHS, Duration.ofNanos(999_999)));

    assertThat(refusal.getMessage(), is("bucket is PT0.000999999S: it must be 1 ms or longer"));
  }

  @Test
  void windowCoderKeepsRandomWindows() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 200; i++) {
      EpochWindows<String> windows =
          EpochWindows.of(
              new Epochs(Duration.ofSeconds(1 + random.nextInt(100_000))),
              Duration.ofMillis(1 + random.nextInt(Integer.MAX_VALUE)));
      long eventTime = random.nextLong(-62_135_596_800_000L, 253_402_300_799_999L);
      EpochWindow window =
          onlyWindow(
              windows,
              TimestampedValue.of(
                  new EpochEvent<>(random.nextInt(-1_000, 1_000_000), eventTime, ""),
                  Instant.ofEpochMilli(0)));

      String because = "seed " + seed + ", window " + i;
      assertThat(because, window.start().getMillis() <= eventTime, is(true));
      assertThat(because, window.end().getMillis() > eventTime, is(true));
      CoderProperties.coderDecodeEncodeEqual(windows.windowCoder(), window);
      CoderProperties.structuralValueDecodeEncodeEqual(windows.windowCoder(), window);
    }
  }

  @Test
  void codersAreDeterministicAndSerializable() throws Exception {
    Coder<EpochWindow> windows = EpochWindow.Coder.of();
    Coder<EpochEvent<String>> events = EpochEventCoder.of(StringUtf8Coder.of());
    EpochEvent<String> event = new EpochEvent<>(-5, Long.MIN_VALUE, "äöü");

    CoderProperties.coderSerializable(windows);
    CoderProperties.coderSerializable(events);
    CoderProperties.coderDecodeEncodeEqual(events, event);
    CoderProperties.coderDecodeEncodeEqual(events, new EpochEvent<>(5, Long.MAX_VALUE, ""));
    CoderProperties.coderDeterministic(events, event, new EpochEvent<>(-5, Long.MIN_VALUE, "äöü"));
    CoderProperties.coderConsistentWithEquals(
        windows, new EpochWindow(5, 10, 0, 1), new EpochWindow(6, 10, 0, 1));
    assertThat(windows, is(EpochWindows.of(EPOCHS, MINUTE).windowCoder()));
  }

  @Test
  void lastMillisecondOfTheEpochIsWithinTheWindow() throws Exception {
    TimestampedValue<EpochEvent<String>> last =
        event("2026-03-01T10:30:00Z", "2026-03-01T11:30:00Z", "");

    EpochWindow window = onlyWindow(EpochWindows.of(EPOCHS, MINUTE), last);

    assertThat(last.getTimestamp(), is(lastOf(window.epoch())));
    assertThat(last.getTimestamp(), is(window.maxTimestamp()));
  }

  private static void assertIncompatible(
      EpochWindows<String> windows,
      org.apache.beam.sdk.transforms.windowing.WindowFn<?, ?> others) {
    assertThat(windows, is(not(others)));
    assertThrows(
        IncompatibleWindowException.class,
        () -> windows.verifyCompatibility(others),
        () -> windows + " and " + others);
  }

  private static EpochWindow onlyWindow(
      EpochWindows<String> windows, TimestampedValue<EpochEvent<String>> event) throws Exception {
    Collection<EpochWindow> assigned = WindowFnTestUtils.assignedWindowsWithValue(windows, event);
    assertThat(assigned.size(), is(1));
    return assigned.iterator().next();
  }
}
