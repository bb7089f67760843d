/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.archive;

import io.anabranch.api.LogRecord;
import io.anabranch.api.spi.log.RecordBatch;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Records as Avro has them. */
final class AvroRecords {
  private static final String OFFSET = "offset";
  private static final String VALUE = "value";
  private static final String KEY = "key";
  private static final String APPENDED = "appended";
  private static final String HEADERS = "headers";

  /** The schema of a record; {@code appended} is in milliseconds since 1970-01-01T00:00Z. */
  static final Schema SCHEMA =
      SchemaBuilder.record("Record")
          .namespace("io.anabranch.archive")
          .fields()
          .requiredLong(OFFSET)
          .optionalBytes(VALUE)
          .optionalBytes(KEY)
          .optionalLong(APPENDED)
          .name(HEADERS)
          .type()
          .map()
          .values()
          .bytesType()
          .noDefault()
          .endRecord();

  private AvroRecords() {}

  /** Returns a record of a batch. */
  static GenericRecord of(RecordBatch batch, int record) {
    LogRecord from = batch.cursor().at(record);
    GenericRecord to = new GenericData.Record(SCHEMA);
    to.put(OFFSET, batch.position(record));
    to.put(
        VALUE,
        from.hasValue() ? ByteBuffer.wrap(from.array(), from.offset(), from.length()) : null);
    to.put(KEY, from.key().map(ByteBuffer::wrap).orElse(null));
    to.put(APPENDED, from.appendTime().map(Instant::toEpochMilli).orElse(null));
    Map<String, ByteBuffer> headers = new HashMap<>();
    from.headers().forEach((name, value) -> headers.put(name, ByteBuffer.wrap(value)));
    to.put(HEADERS, headers);
    return to;
  }

  /** Adds a record to a batch. */
  static void add(RecordBatch.Builder batch, GenericRecord record) {
    batch.add((Long) record.get(OFFSET), new Archived(record));
  }

  /** A record that was archived. */
  private static final class Archived implements LogRecord {
    private static final byte[] NOTHING = {};

    private final GenericRecord record;
    private final byte[] value;

    Archived(GenericRecord record) {
      this.record = record;
      this.value = hasValue() ? bytes(record.get(VALUE)) : NOTHING;
    }

    private static byte[] bytes(Object buffer) {
      ByteBuffer bytes = (ByteBuffer) buffer;
      int from = bytes.arrayOffset() + bytes.position();
      return Arrays.copyOfRange(bytes.array(), from, from + bytes.remaining());
    }

    @Override
    public byte[] array() {
      return value;
    }

    @Override
    public int offset() {
      return 0;
    }

    @Override
    public int length() {
      return value.length;
    }

    @Override
    public boolean hasValue() {
      return record.get(VALUE) != null;
    }

    @Override
    public Optional<byte[]> key() {
      return Optional.ofNullable(record.get(KEY)).map(Archived::bytes);
    }

    @Override
    public Map<String, byte[]> headers() {
      Map<String, byte[]> headers = new HashMap<>();
      ((Map<?, ?>) record.get(HEADERS))
          .forEach((name, bytes) -> headers.put(name.toString(), bytes(bytes)));
      return headers;
    }

    @Override
    public Optional<Instant> appendTime() {
      @Nullable Long appended = (Long) record.get(APPENDED);
      return Optional.ofNullable(appended).map(Instant::ofEpochMilli);
    }
  }
}
