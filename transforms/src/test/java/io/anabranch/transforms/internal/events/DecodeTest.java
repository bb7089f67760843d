/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.events;

import static io.anabranch.transforms.testkit.Runs.DIRECT;
import static io.anabranch.transforms.testkit.Runs.FLINK_BATCH;
import static io.anabranch.transforms.testkit.Script.EPOCHS;
import static io.anabranch.transforms.testkit.Script.at;
import static io.anabranch.transforms.testkit.Script.epoch;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;

import io.anabranch.api.Epochs;
import io.anabranch.api.EventFormat;
import io.anabranch.api.Timeliness;
import io.anabranch.api.spi.log.LogPlace;
import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.api.spi.log.RecordBatchCoder;
import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.transforms.internal.epoch.Admission;
import io.anabranch.transforms.internal.epoch.EpochEvent;
import io.anabranch.transforms.testkit.Probe;
import io.anabranch.transforms.testkit.Runs;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TimestampedValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(300)
class DecodeTest {
  private static final long EPOCH = epoch("2026-03-01T10:00:00Z");

  /** Lines such as {@code 2026-03-01T10:00:00Z text}, and words that make trouble. */
  private static final EventFormat<String> FORMAT =
      EventFormat.lines(DecodeTest::parse).timestamp(DecodeTest::time).coder(StringUtf8Coder.of());

  private final Probe<EpochEvent<String>> events = new Probe<>();
  private final Probe<DeadLetter> deadLetters = new Probe<>();

  @ParameterizedTest
  @CsvSource({
    "2026-03-01T10:30:00Z, 2026-03-01T10:30:00Z", // of the epoch
    "2026-03-01T10:00:00Z, 2026-03-01T10:00:00Z", // its first instant
    "2026-03-01T10:59:59.999Z, 2026-03-01T10:59:59.999Z", // its last millisecond
    "2026-03-01T11:00:00Z, 2026-03-01T10:59:59.999Z", // the first instant after it
    "2026-04-01T10:00:00Z, 2026-03-01T10:59:59.999Z", // a month ahead
    "9999-12-31T23:59:59.999Z, 2026-03-01T10:59:59.999Z", // the last event time there is
    "2025-12-01T10:00:00Z, 2025-12-01T10:00:00Z", // 90 days late
    "1969-12-31T23:59:59.999Z, 1969-12-31T23:59:59.999Z", // before Unix time
    "0001-01-01T00:00:00Z, 0001-01-01T00:00:00Z" // the first event time there is
  })
  void eventStandsAtItsTimeButNeverAfterItsEpochAndKeepsItsTrueTime(
      String eventTime, String timestamp) {
    decode(DIRECT, FORMAT, batch(EPOCH, eventTime + " text"));

    Probe.Seen<EpochEvent<String>> seen = events.seen().get(0);
    assertThat(seen.timestamp(), is(at(timestamp)));
    assertThat(
        seen.value(),
        is(new EpochEvent<>(EPOCH, Instant.parse(eventTime).toEpochMilli(), eventTime + " text")));
    assertThat(deadLetters.values(), is(empty()));
  }

  @ParameterizedTest
  @ValueSource(strings = {DIRECT, FLINK_BATCH})
  void goodAndBadRecordsOfOneBundleGoTheirWaysAndAreCounted(String runner) {
    byte[] notUtf8 = {'2', (byte) 0xC3, (byte) 0x28, 0};
    RecordBatch batch =
        records(
            EPOCH,
            "2026-03-01T10:30:00Z first".getBytes(UTF_8),
            "no time".getBytes(UTF_8),
            notUtf8,
            "2026-03-01T10:31:00Z second\r".getBytes(UTF_8),
            new byte[0],
            "silent".getBytes(UTF_8),
            "blank".getBytes(UTF_8),
            "deep".getBytes(UTF_8),
            "null".getBytes(UTF_8),
            "timeless".getBytes(UTF_8),
            "+10000-01-01T00:00:00Z".getBytes(UTF_8),
            "0000-12-31T23:59:59.999Z".getBytes(UTF_8),
            "never".getBytes(UTF_8),
            "2026-03-01T10:32:00Z third".getBytes(UTF_8));

    PipelineResult result = decode(runner, FORMAT, batch);

    assertThat(
        events.values().stream().map(EpochEvent::value).toList(),
        containsInAnyOrder(
            "2026-03-01T10:30:00Z first",
            "2026-03-01T10:31:00Z second",
            "2026-03-01T10:32:00Z third"));
    assertThat(
        deadLetters.values().stream().map(letter -> letter.place() + " " + letter.error()).toList(),
        containsInAnyOrder(
            "segment-1@10 Text 'no' could not be parsed at index 0",
            "segment-1@20 the record is not UTF-8: byte 0xc3 at offset 1",
            "segment-1@40 Text '' could not be parsed at index 0",
            "segment-1@50 IllegalStateException",
            "segment-1@60 IllegalStateException",
            "segment-1@70 StackOverflowError",
            "segment-1@80 the decoder returned null",
            "segment-1@90 the timestamp function returned null",
            "segment-1@100 the event time is outside the years 1 to 9999",
            "segment-1@110 the event time is outside the years 1 to 9999",
            "segment-1@120 the event time is outside the years 1 to 9999"));
    for (DeadLetter letter : deadLetters.values()) {
      int record = (int) letter.place().position() / 10;
      assertThat(letter.toString(), letter.place().epoch(), is(EPOCH));
      assertThat(letter.toString(), Arrays.equals(letter.record(), batch.bytes(record)), is(true));
    }
    assertThat(Runs.counter(result, "records"), is(14L));
    assertThat(Runs.counter(result, "dead-letters"), is(11L));
  }

  @Test
  void eventsThatAViewDoesNotAdmitAreEventsAndListedForIt() {
    Timeliness hour = new Timeliness(Duration.ofHours(1), Duration.ofHours(1), Duration.ZERO);
    Timeliness day = new Timeliness(Duration.ofDays(1), Duration.ofDays(1), Duration.ofDays(1));
    RecordBatch batch =
        batch(
            EPOCH,
            "2026-03-01T10:30:00Z now",
            "2026-03-01T08:59:59.999Z late for one",
            "2026-03-01T11:00:00Z ahead for one",
            "2026-02-01T00:00:00Z late for both");

    PipelineResult result =
        decode(
            DIRECT,
            Decode.records(FORMAT, EPOCHS)
                .admitting(
                    Map.of(
                        "hour", Admission.of(EPOCHS, hour, Epochs.NONE, Epochs.NONE),
                        "day", Admission.of(EPOCHS, day, Epochs.NONE, Epochs.NONE))),
            batch);

    assertThat(events.values(), hasSize(4));
    assertThat(
        deadLetters.values().stream()
            .map(
                letter ->
                    letter.view().orElseThrow()
                        + " "
                        + letter.kind().word()
                        + " "
                        + letter.eventTime().orElseThrow()
                        + ": "
                        + letter.error())
            .toList(),
        containsInAnyOrder(
            "hour late 2026-03-01T08:59:59.999Z: its time 2026-03-01T08:59:59.999Z is more than"
                + " PT1H before its epoch, which began 2026-03-01T10:00:00Z",
            "hour early 2026-03-01T11:00:00Z: its time 2026-03-01T11:00:00Z is PT0S or more after"
                + " its epoch, which ended 2026-03-01T11:00:00Z",
            "hour late 2026-02-01T00:00:00Z: its time 2026-02-01T00:00:00Z is more than PT1H before"
                + " its epoch, which began 2026-03-01T10:00:00Z",
            "day late 2026-02-01T00:00:00Z: its time 2026-02-01T00:00:00Z is more than PT24H before"
                + " its epoch, which began 2026-03-01T10:00:00Z"));
    assertThat(Runs.counter(result, "late-events"), is(4L));
    assertThat(Runs.counter(result, "dead-letters"), is(0L));
  }

  @Test
  void deadLettersKeepTheTimestampAndWindowOfTheirBatch() {
    decode(DIRECT, FORMAT, batch(EPOCH, "no time"));

    assertThat(deadLetters.seen().get(0).timestamp(), is(BoundedWindow.TIMESTAMP_MIN_VALUE));
    assertThat(deadLetters.seen().get(0).window(), is(GlobalWindow.INSTANCE));
  }

  @Test
  void longErrorIsCutOffBetweenCharacters() {
    // 299 letters and then pairs of surrogates, so that the limit of 300 falls within a pair.
    decode(DIRECT, FORMAT, batch(EPOCH, "long " + "x".repeat(299) + "\uD83D\uDE00".repeat(50)));

    assertThat(
        deadLetters.values().stream().map(DeadLetter::error).toList(),
        contains("x".repeat(299) + "..."));
  }

  @Test
  void recordOfTenMegabytesIsDecodedOrKeptWhole() {
    byte[] good = new byte[10 << 20];
    Arrays.fill(good, (byte) 'g');
    System.arraycopy("2026-03-01T10:30:00Z ".getBytes(UTF_8), 0, good, 0, 21);
    byte[] bad = new byte[10 << 20];
    Arrays.fill(bad, (byte) 0xFF);

    decode(DIRECT, FORMAT, records(EPOCH, good, bad));

    assertThat(events.values().get(0).value().length(), is(10 << 20));
    assertThat(deadLetters.values().get(0).place(), is(new LogPlace(EPOCH, "segment-1", 10)));
    assertThat(Arrays.equals(deadLetters.values().get(0).record(), bad), is(true));
  }

  @Test
  void recordsOfBytesAreDecodedWhereTheyLieInTheBatch() {
    Pipeline pipeline = Runs.pipeline(DIRECT);
    Probe<EpochEvent<Long>> numbers = new Probe<>();
    EventFormat<Long> format =
        EventFormat.<Long>bytes(
                (bytes, offset, length) -> ByteBuffer.wrap(bytes, offset, length).getLong())
            .timestamp(Instant::ofEpochMilli)
            .coder(VarLongCoder.of());
    Decoded<Long> decoded =
        pipeline
            .apply(
                "Records",
                Create.of(
                        records(
                            EPOCH,
                            ByteBuffer.allocate(8).putLong(-5).array(),
                            new byte[7],
                            ByteBuffer.allocate(8).putLong(7).array()))
                    .withCoder(RecordBatchCoder.of()))
            .apply("Decode", Decode.records(format, EPOCHS));
    decoded.events().apply("Events", numbers);
    decoded.deadLetters().apply("Dead letters", deadLetters);

    Runs.run(pipeline);

    assertThat(
        numbers.values(),
        containsInAnyOrder(new EpochEvent<>(EPOCH, -5, -5L), new EpochEvent<>(EPOCH, 7, 7L)));
    assertThat(
        deadLetters.values().stream().map(DeadLetter::error).toList(),
        contains("BufferUnderflowException"));
  }

  @Test
  void recordsOfEpochsBeforeUnixTimeStandWithinTheirEpoch() {
    decode(DIRECT, FORMAT, batch(-1, "2026-03-01T10:30:00Z ahead"));

    assertThat(events.seen().get(0).timestamp(), is(org.joda.time.Instant.ofEpochMilli(-1)));
  }

  @Test
  void batchWithoutRecordsGivesNothing() {
    PipelineResult result = decode(DIRECT, FORMAT, RecordBatch.of(EPOCH, "segment-1").build());

    assertThat(events.values(), is(empty()));
    assertThat(deadLetters.values(), is(empty()));
    assertThat(Runs.counter(result, "records"), is(0L));
  }

  @Test
  void manyBatchesOfManyEpochsAreDecodedToTheLastRecord() {
    List<RecordBatch> batches = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      batches.add(
          batch(
              EPOCH + i,
              IntStream.range(0, 100)
                  .mapToObj(n -> n % 10 == 0 ? "bad " + n : "2026-03-01T10:30:00Z " + n)
                  .toArray(String[]::new)));
    }

    PipelineResult result = decode(DIRECT, FORMAT, batches.toArray(new RecordBatch[0]));

    assertThat(events.values().size(), is(1_800));
    assertThat(deadLetters.values().size(), is(200));
    assertThat(
        deadLetters.values().get(0).error(),
        allOf(startsWith("Text 'bad'"), containsString("parsed")));
    assertThat(Runs.counter(result, "records"), is(2_000L));
    assertThat(Runs.counter(result, "dead-letters"), is(200L));
  }

  private PipelineResult decode(String runner, EventFormat<String> format, RecordBatch... batches) {
    return decode(runner, Decode.records(format, EPOCHS), batches);
  }

  private PipelineResult decode(
      String runner,
      PTransform<PCollection<RecordBatch>, Decoded<String>> decode,
      RecordBatch... batches) {
    Pipeline pipeline = Runs.pipeline(runner);
    Decoded<String> decoded =
        pipeline
            .apply(
                "Records",
                Create.timestamped(
                        Arrays.stream(batches)
                            .map(b -> TimestampedValue.of(b, BoundedWindow.TIMESTAMP_MIN_VALUE))
                            .toList())
                    .withCoder(RecordBatchCoder.of()))
            .apply("Decode", decode);
    decoded.events().apply("Events", events);
    decoded.deadLetters().apply("Dead letters", deadLetters);
    return Runs.run(pipeline);
  }

  private static RecordBatch batch(long epoch, String... lines) {
    return records(
        epoch, Arrays.stream(lines).map(line -> line.getBytes(UTF_8)).toArray(byte[][]::new));
  }

  /** Records at the positions 0, 10, 20, ... */
  private static RecordBatch records(long epoch, byte[]... records) {
    RecordBatch.Builder batch = RecordBatch.of(epoch, "segment-1");
    for (int i = 0; i < records.length; i++) {
      batch.add(i * 10L, records[i], 0, records[i].length);
    }
    return batch.build();
  }

  private static String parse(String line) {
    switch (line.split(" ", 2)[0]) {
      case "silent" -> throw new IllegalStateException();
      case "blank" -> throw new IllegalStateException(" ");
      case "deep" -> deeper(0);
      case "long" -> throw new IllegalArgumentException(line.substring(5));
      default -> {}
    }
    return line.equals("null") ? null : line;
  }

  @SuppressWarnings("InfiniteRecursion") // that is what it is for
  private static int deeper(int depth) {
    return deeper(depth + 1) + 1;
  }

  private static Instant time(String line) {
    return switch (line) {
      case "timeless" -> null;
      case "never" -> Instant.MAX;
      default -> Instant.parse(line.split(" ", 2)[0]);
    };
  }
}
