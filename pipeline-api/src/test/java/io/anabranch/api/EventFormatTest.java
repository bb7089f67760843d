/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.spi.log.RecordBatch;
import java.time.Instant;
import java.util.Map;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.util.SerializableUtils;
import org.junit.jupiter.api.Test;

class EventFormatTest {
  private static final EventFormat<String> LINES =
      EventFormat.<String>lines(line -> line)
          .timestamp(word -> Instant.EPOCH)
          .coder(StringUtf8Coder.of());

  @Test
  void lineComesWithoutItsEnd() throws Exception {
    assertThat(decode("a b"), is("a b"));
    assertThat(decode("a b\r"), is("a b"));
    assertThat(decode("a b\n"), is("a b"));
    assertThat(decode("a b\r\n"), is("a b"));
  }

  @Test
  void onlyOneLineEndIsTakenOff() throws Exception {
    assertThat(decode("a\r\r\n"), is("a\r"));
    assertThat(decode("a\n\n"), is("a\n"));
    assertThat(decode("a\rb\n"), is("a\rb"));
    assertThat(decode("a\n\r"), is("a\n"));
  }

  @Test
  void emptyLinesAreLines() throws Exception {
    assertThat(decode(""), is(""));
    assertThat(decode("\r\n"), is(""));
    assertThat(decode("\n"), is(""));
    assertThat(decode("\r"), is(""));
  }

  @Test
  void onlyTheBytesOfTheRecordAreRead() throws Exception {
    byte[] bytes = "xx\nmiddle\r\nyy".getBytes(UTF_8);

    assertThat(decode(LINES, bytes, 3, 8), is("middle"));
    assertThat(decode(LINES, bytes, 3, 0), is(""));
    assertThat(decode(LINES, new byte[] {'\r', 'a'}, 1, 1), is("a"));
    assertThat(decode(LINES, new byte[] {'\r', 'a'}, 1, 0), is(""));
  }

  @Test
  void everyCharacterOfUnicodeIsRead() throws Exception {
    String text = "é ☃ 😀 \u0000 \u2028";

    assertThat(decode(text), is(text));
  }

  @Test
  void replacementCharacterItselfIsText() throws Exception {
    assertThat(decode("a\uFFFDb"), is("a\uFFFDb"));
  }

  @Test
  void bytesThatAreNotUtf8AreRefusedAndThePlaceIsNamed() {
    byte[] latin = "caf\u00e9 noir".getBytes(ISO_8859_1);

    IllegalArgumentException problem =
        assertThrows(IllegalArgumentException.class, () -> decode(LINES, latin, 0, latin.length));

    assertThat(problem.getMessage(), is("the record is not UTF-8: byte 0xe9 at offset 3"));
  }

  @Test
  void placeIsCountedFromTheBeginningOfTheRecord() {
    byte[] bytes = {'x', 'x', 'a', (byte) 0xff, 'b'};

    IllegalArgumentException problem =
        assertThrows(IllegalArgumentException.class, () -> decode(LINES, bytes, 2, 3));

    assertThat(problem.getMessage(), containsString("byte 0xff at offset 1"));
  }

  @Test
  void characterThatIsCutOffIsRefused() {
    byte[] cut = {'a', (byte) 0xe2, (byte) 0x98};

    IllegalArgumentException problem =
        assertThrows(IllegalArgumentException.class, () -> decode(LINES, cut, 0, cut.length));

    assertThat(problem.getMessage(), containsString("byte 0xe2 at offset 1"));
  }

  @Test
  void malformedBytesNextToTheReplacementCharacterAreRefused() {
    byte[] bytes = {(byte) 0xef, (byte) 0xbf, (byte) 0xbd, (byte) 0x80};

    IllegalArgumentException problem =
        assertThrows(IllegalArgumentException.class, () -> decode(LINES, bytes, 0, bytes.length));

    assertThat(problem.getMessage(), containsString("byte 0x80 at offset 3"));
  }

  @Test
  void errorOfTheParserIsPassedOn() {
    EventFormat<Integer> numbers =
        EventFormat.lines(Integer::valueOf)
            .timestamp(number -> Instant.EPOCH)
            .coder(org.apache.beam.sdk.coders.VarIntCoder.of());

    NumberFormatException problem =
        assertThrows(NumberFormatException.class, () -> decode(numbers, new byte[] {'x'}, 0, 1));

    assertThat(problem.getMessage(), containsString("\"x\""));
  }

  @Test
  void parserThatReturnsNullIsAnError() {
    EventFormat<String> nothing = format(line -> null);

    IllegalArgumentException problem =
        assertThrows(IllegalArgumentException.class, () -> decode(nothing, new byte[] {'x'}, 0, 1));

    assertThat(problem.getMessage(), is("the decoder returned null"));
  }

  @Test
  void timestampThatIsNullIsAnError() {
    EventFormat<String> timeless =
        EventFormat.<String>lines(line -> line).timestamp(line -> null).coder(StringUtf8Coder.of());

    IllegalArgumentException problem =
        assertThrows(IllegalArgumentException.class, () -> timeless.timestamp("a"));

    assertThat(problem.getMessage(), is("the timestamp function returned null"));
  }

  @Test
  void timestampIsThatOfTheFunction() {
    EventFormat<String> timed =
        EventFormat.<String>lines(line -> line)
            .timestamp(Instant::parse)
            .coder(StringUtf8Coder.of());

    assertThat(
        timed.timestamp("2026-01-01T00:00:00Z"), equalTo(Instant.parse("2026-01-01T00:00:00Z")));
  }

  @Test
  void bytesAreGivenAsTheyAre() throws Exception {
    EventFormat<String> hex =
        EventFormat.<String>bytes((bytes, offset, length) -> offset + ":" + length)
            .timestamp(text -> Instant.EPOCH)
            .coder(StringUtf8Coder.of());

    assertThat(decode(hex, new byte[] {'a', '\r', '\n'}, 1, 2), is("1:2"));
    assertThat(hex.coder(), is(StringUtf8Coder.of()));
  }

  @Test
  void recordsAreGivenWithKeyAndHeaders() throws Exception {
    EventFormat<String> keyed =
        EventFormat.<String>records(
                record ->
                    text(record.key().orElseThrow())
                        + "/"
                        + text(record.header("type").orElseThrow())
                        + "/"
                        + new String(record.array(), record.offset(), record.length(), UTF_8))
            .timestamp(text -> Instant.EPOCH)
            .coder(StringUtf8Coder.of());
    LogRecord record =
        LogRecord.of(
            "value".getBytes(UTF_8), "key".getBytes(UTF_8), Map.of("type", "t".getBytes(UTF_8)));

    assertThat(keyed.decode(record), is("key/t/value"));
    assertThat(
        keyed.decode(RecordBatch.of(1, "part").add(7, record).build().cursor().at(0)),
        is("key/t/value"));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, UTF_8);
  }

  @Test
  void revisionBelowOneIsRefused() {
    assertThat(
        assertThrows(IllegalArgumentException.class, () -> LINES.revision(0)).getMessage(),
        is("revision of the event format is 0: it must be 1 or more"));
    assertThat(LINES.revision(3).revision(), is(3));
  }

  @Test
  void partsThatAreNullAreNamed() {
    assertThat(
        assertThrows(NullPointerException.class, () -> EventFormat.lines(null)).getMessage(),
        is("parse is null: it must be given"));
    assertThat(
        assertThrows(NullPointerException.class, () -> EventFormat.bytes(null)).getMessage(),
        is("decoder is null: it must be given"));
  }

  @Test
  void travelsToWorkers() throws Exception {
    EventFormat<String> copy = SerializableUtils.ensureSerializable(LINES);

    assertThat(decode(copy, "a\r".getBytes(UTF_8), 0, 2), is("a"));
  }

  private static EventFormat<String> format(
      org.apache.beam.sdk.transforms.SerializableFunction<String, String> parse) {
    return EventFormat.lines(parse).timestamp(line -> Instant.EPOCH).coder(StringUtf8Coder.of());
  }

  private static <E> E decode(EventFormat<E> format, byte[] bytes, int offset, int length)
      throws Exception {
    RecordBatch batch =
        RecordBatch.of(1, "part")
            .add(0, bytes, 0, offset)
            .add(offset, bytes, offset, length)
            .build();
    return format.decode(batch.cursor().at(1));
  }

  private static String decode(String record) throws Exception {
    byte[] bytes = record.getBytes(UTF_8);
    return decode(LINES, bytes, 0, bytes.length);
  }
}
