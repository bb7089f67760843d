/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.formats;

import static io.anabranch.api.internal.Arguments.requireGiven;

import io.anabranch.api.EventFormat;
import io.anabranch.api.LogRecord;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificRecord;
import org.apache.beam.sdk.extensions.avro.coders.AvroCoder;

/**
 * Events as Avro: one binary datum a record, without header, as written by the same schema. For
 * logs whose records are bytes, such as Kafka; the embedded log divides its records at line ends.
 *
 * <p>A record that the schema cannot read, or that has bytes left over, becomes a dead letter. What
 * was written by another schema may still be readable by chance, as Avro data does not name its
 * schema: raise the format's {@code revision}, and use another log, when the schema changes.
 *
 * <pre>{@code
 * AvroFormat.of(Order.class).timestamp(order -> order.getAt())              // a generated class
 * AvroFormat.generic(schema).timestamp(r -> Instant.ofEpochMilli((Long) r.get("at")))
 * }</pre>
 *
 * <p>Source: <a href="https://avro.apache.org/docs/1.11.1/specification/#binary-encoding">Avro
 * specification, binary encoding</a>; the coders are Beam's.
 */
public final class AvroFormat {
  private AvroFormat() {}

  /** Reads events of a class that Avro generated, by its schema. */
  public static <E extends SpecificRecord> EventFormat.Coded<E> of(Class<E> type) {
    return coded(AvroCoder.specific(requireGiven(type, "type")));
  }

  /** Reads events as generic records of a schema; their texts are {@code CharSequence}s. */
  public static EventFormat.Coded<GenericRecord> generic(Schema schema) {
    return coded(AvroCoder.generic(requireGiven(schema, "schema")));
  }

  private static <E> EventFormat.Coded<E> coded(AvroCoder<E> coder) {
    return EventFormat.coded(record -> decode(coder, record), coder);
  }

  private static <E> E decode(AvroCoder<E> coder, LogRecord record) {
    if (!record.hasValue()) {
      throw new IllegalArgumentException("the record has no value");
    }
    ByteArrayInputStream in =
        new ByteArrayInputStream(record.array(), record.offset(), record.length());
    E event;
    try {
      event = coder.decode(in);
    } catch (EOFException e) {
      throw new IllegalArgumentException("the record ends before its last field", e);
    } catch (OutOfMemoryError e) {
      requireReadable(coder, record);
      throw e; // the record is right, and memory is short
    } catch (IOException | RuntimeException e) { // readers of Avro throw many on bytes not theirs
      throw new IllegalArgumentException("the record is not of the schema: " + e.getMessage(), e);
    }
    if (in.available() > 0) {
      throw new IllegalArgumentException(
          "the record is not of the schema: " + in.available() + " bytes are left over");
    }
    return event;
  }

  /** Fails for a length beyond the end of the record, which would ask for one huge array. */
  private static void requireReadable(AvroCoder<?> coder, LogRecord record) {
    try {
      GenericDatumReader.skip(
          coder.getSchema(),
          DecoderFactory.get()
              .binaryDecoder(record.array(), record.offset(), record.length(), null));
    } catch (IOException | RuntimeException e) {
      throw new IllegalArgumentException("the record is not of the schema: a length is absurd", e);
    }
  }
}
