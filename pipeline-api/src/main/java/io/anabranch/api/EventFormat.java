/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api;

import static io.anabranch.api.internal.Arguments.requireGiven;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.time.Instant;
import java.util.Locale;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.SerializableFunction;

/**
 * How a record of the log becomes an event: decoding, event time, coder.
 *
 * <p>A record that {@link #decode} or {@link #timestamp} throws on goes to the dead letters with
 * the error and its place in the log; it never stops a run.
 *
 * <pre>{@code
 * EventFormat.lines(Request::parse).timestamp(Request::time).coder(RequestCoder.of())
 * }</pre>
 *
 * <p>The module {@code formats} has formats for JSON and Avro.
 *
 * @param <E> the event
 */
public final class EventFormat<E> implements Serializable {
  private static final char REPLACEMENT = '\uFFFD';

  private final RecordDecoder<E> decoder;
  private final SerializableFunction<E, Instant> timestamp;
  private final Coder<E> coder;
  private final int revision;

  private EventFormat(
      RecordDecoder<E> decoder,
      SerializableFunction<E, Instant> timestamp,
      Coder<E> coder,
      int revision) {
    this.decoder = decoder;
    this.timestamp = timestamp;
    this.coder = coder;
    this.revision = revision;
  }

  /**
   * Starts a format for records of UTF-8 text, one line each. The function gets the line without
   * its end ({@code \n} or {@code \r\n}) and throws on what it cannot parse. Bytes that are not
   * UTF-8 are an undecodable record.
   */
  public static <E> Untimed<E> lines(SerializableFunction<String, E> parse) {
    requireGiven(parse, "parse");
    return bytes((bytes, offset, length) -> parse.apply(text(bytes, offset, length)));
  }

  /** Starts a format for records of bytes. A record without a value is an undecodable one. */
  public static <E> Untimed<E> bytes(Decoder<E> decoder) {
    requireGiven(decoder, "decoder");
    return records(
        record -> {
          if (!record.hasValue()) {
            throw new IllegalArgumentException("the record has no value");
          }
          return decoder.decode(record.array(), record.offset(), record.length());
        });
  }

  /** Starts a format that also reads a record's key, headers or append time. */
  public static <E> Untimed<E> records(RecordDecoder<E> decoder) {
    return new Untimed<>(requireGiven(decoder, "decoder"));
  }

  /**
   * Starts a format that knows the coder of its events, as one for a data format does.
   *
   * @param coder the coder by which events travel between workers
   */
  public static <E> Coded<E> coded(RecordDecoder<E> decoder, Coder<E> coder) {
    return new Coded<>(requireGiven(decoder, "decoder"), requireGiven(coder, "coder"));
  }

  /**
   * States the revision of the format, default 1. Raise it when records decode to other events or
   * other times than before: it is part of each view's fingerprint, so stored rows of another
   * revision are never mixed in.
   *
   * @throws IllegalArgumentException if it is below 1
   */
  public EventFormat<E> revision(int number) {
    if (number < 1) {
      throw new IllegalArgumentException(
          "revision of the event format is " + number + ": it must be 1 or more");
    }
    return new EventFormat<>(decoder, timestamp, coder, number);
  }

  /** Returns the revision of the format, 1 or more. */
  public int revision() {
    return revision;
  }

  /**
   * Decodes a record.
   *
   * @return the event, never null
   * @throws Exception if the record is not an event: it becomes a dead letter
   */
  public E decode(LogRecord record) throws Exception {
    E event = decoder.decode(record);
    if (event == null) {
      throw new IllegalArgumentException("the decoder returned null");
    }
    return event;
  }

  /** Returns the event time, never null; may throw, which makes the record a dead letter. */
  public Instant timestamp(E event) {
    Instant time = timestamp.apply(event);
    if (time == null) {
      throw new IllegalArgumentException("the timestamp function returned null");
    }
    return time;
  }

  /** Returns the coder of the events. */
  public Coder<E> coder() {
    return coder;
  }

  private static String text(byte[] bytes, int offset, int length) {
    int end = offset + length;
    if (end > offset && bytes[end - 1] == '\n') {
      end--;
    }
    if (end > offset && bytes[end - 1] == '\r') {
      end--;
    }
    String line = new String(bytes, offset, end - offset, UTF_8);
    if (line.indexOf(REPLACEMENT) >= 0) { // rare: either malformed, or the character itself
      requireUtf8(ByteBuffer.wrap(bytes, offset, end - offset).slice());
    }
    return line;
  }

  private static void requireUtf8(ByteBuffer record) {
    CoderResult result =
        UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT)
            .decode(record, CharBuffer.allocate(record.remaining()), true);
    if (result.isError()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the record is not UTF-8: byte 0x%02x at offset %d",
              record.get(record.position()),
              record.position()));
    }
  }

  /**
   * Turns bytes into an event.
   *
   * @param <E> the event
   */
  @FunctionalInterface
  public interface Decoder<E> extends Serializable {
    /**
     * Decodes {@code length} bytes from {@code offset} on; the array must not be kept or changed.
     */
    E decode(byte[] bytes, int offset, int length) throws Exception;
  }

  /**
   * Turns a record into an event.
   *
   * @param <E> the event
   */
  @FunctionalInterface
  public interface RecordDecoder<E> extends Serializable {
    /** Decodes a record, which is valid during the call. */
    E decode(LogRecord record) throws Exception;
  }

  /**
   * A format that still lacks its event time.
   *
   * @param <E> the event
   */
  public static final class Untimed<E> {
    private final RecordDecoder<E> decoder;

    private Untimed(RecordDecoder<E> decoder) {
      this.decoder = decoder;
    }

    /** Sets the function from an event to its event time, the time at which it happened. */
    public Uncoded<E> timestamp(SerializableFunction<E, Instant> timestamp) {
      return new Uncoded<>(decoder, requireGiven(timestamp, "timestamp"));
    }
  }

  /**
   * A format that has a coder and still lacks its event time.
   *
   * @param <E> the event
   */
  public static final class Coded<E> {
    private final RecordDecoder<E> decoder;
    private final Coder<E> coder;

    private Coded(RecordDecoder<E> decoder, Coder<E> coder) {
      this.decoder = decoder;
      this.coder = coder;
    }

    /** Sets the function from an event to its event time, the time at which it happened. */
    public EventFormat<E> timestamp(SerializableFunction<E, Instant> timestamp) {
      return new EventFormat<>(decoder, requireGiven(timestamp, "timestamp"), coder, 1);
    }
  }

  /**
   * A format that still lacks its coder.
   *
   * @param <E> the event
   */
  public static final class Uncoded<E> {
    private final RecordDecoder<E> decoder;
    private final SerializableFunction<E, Instant> timestamp;

    private Uncoded(RecordDecoder<E> decoder, SerializableFunction<E, Instant> timestamp) {
      this.decoder = decoder;
      this.timestamp = timestamp;
    }

    /** Sets the coder by which events travel between workers. */
    public EventFormat<E> coder(Coder<E> coder) {
      return new EventFormat<>(decoder, timestamp, requireGiven(coder, "coder"), 1);
    }
  }
}
