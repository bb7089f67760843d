/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.log;

import io.anabranch.api.LogRecord;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Records of one epoch that lie together in the log. Sources hand out batches so that what a runner
 * does per element is paid once per batch.
 *
 * <p>The records' bytes lie in one array; record {@code i} is {@code [start(i), end(i))}.
 */
public final class RecordBatch {
  private final long epoch;
  private final String origin;
  private final byte[] data;
  private final int[] ends;
  private final long[] positions;
  private final @Nullable Extra @Nullable [] extras;
  private final LogPosition readThrough;

  RecordBatch(
      long epoch,
      String origin,
      byte[] data,
      int[] ends,
      long[] positions,
      @Nullable Extra @Nullable [] extras,
      LogPosition readThrough) {
    this.epoch = epoch;
    this.origin = origin;
    this.data = data;
    this.ends = ends;
    this.positions = positions;
    this.extras = extras;
    this.readThrough = readThrough;
  }

  /**
   * What a record has besides a value, in logs that have more.
   *
   * @param hasValue whether it has a value
   * @param key its key, null for none
   * @param headers its headers; of several of one name the last
   * @param appendTime when the log got it, in milliseconds since 1970-01-01T00:00Z, null if unknown
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by agrees
  record Extra(
      boolean hasValue,
      byte @Nullable [] key,
      SortedMap<String, byte[]> headers,
      @Nullable Long appendTime) {

    private static @Nullable Extra of(LogRecord record) {
      if (record.hasValue()
          && record.key().isEmpty()
          && record.headers().isEmpty()
          && record.appendTime().isEmpty()) {
        return null;
      }
      return new Extra(
          record.hasValue(),
          record.key().map(byte[]::clone).orElse(null),
          copied(record.headers()),
          record.appendTime().map(Instant::toEpochMilli).orElse(null));
    }

    /** A header without a value, as Kafka allows, becomes an empty one. */
    private static SortedMap<String, byte[]> copied(Map<String, byte[]> headers) {
      SortedMap<String, byte[]> copies = new TreeMap<>();
      headers.forEach(
          (name, value) -> copies.put(name, value == null ? new byte[0] : value.clone()));
      return Collections.unmodifiableSortedMap(copies);
    }

    private int bytes() {
      return (key == null ? 0 : key.length)
          + headers.entrySet().stream()
              .mapToInt(each -> each.getKey().length() + each.getValue().length)
              .sum();
    }

    private boolean agrees(Extra other) {
      return hasValue == other.hasValue
          && Arrays.equals(key, other.key)
          && Objects.equals(appendTime, other.appendTime)
          && headers.keySet().equals(other.headers.keySet())
          && headers.entrySet().stream()
              .allMatch(each -> Arrays.equals(each.getValue(), other.headers.get(each.getKey())));
    }
  }

  /** Starts a batch of records of one epoch and one origin (a segment, a partition). */
  public static Builder of(long epoch, String origin) {
    return new Builder(epoch, origin);
  }

  /** Returns the epoch of all records. */
  public long epoch() {
    return epoch;
  }

  /**
   * Returns where all records come from, for messages and dead letters: a segment, a partition. It
   * need not be a part of a {@link LogPosition}.
   */
  public String origin() {
    return origin;
  }

  /** Returns the number of records. */
  public int size() {
    return ends.length;
  }

  /** Returns the array that holds all records; it must not be changed. */
  public byte[] data() {
    return data;
  }

  /** Returns where a record begins in {@link #data()}. */
  public int start(int record) {
    return record == 0 ? 0 : ends[record - 1];
  }

  /** Returns where a record ends in {@link #data()}, exclusive. */
  public int end(int record) {
    return ends[record];
  }

  /** Returns a record's position within its origin: a byte offset, a log offset. */
  public long position(int record) {
    return positions[record];
  }

  /**
   * Returns how far the log is read once this batch is, together with those before it of the same
   * parts; {@link LogPosition#START} if the log is read in no order.
   */
  public LogPosition readThrough() {
    return readThrough;
  }

  /** Returns a record's place in the log, the same however it is read. */
  public LogPlace place(int record) {
    return new LogPlace(epoch, origin, positions[record]);
  }

  /** Returns a view of the records, one at a time. */
  public Cursor cursor() {
    return new Cursor();
  }

  /** Shows one record after another, so that none is copied. Not thread-safe. */
  public final class Cursor implements LogRecord {
    private int record;

    private Cursor() {}

    /** Goes to a record. */
    public Cursor at(int number) {
      record = number;
      return this;
    }

    @Override
    public byte[] array() {
      return data;
    }

    @Override
    public int offset() {
      return start(record);
    }

    @Override
    public int length() {
      return end(record) - start(record);
    }

    @Override
    public boolean hasValue() {
      Extra extra = extras == null ? null : extras[record]; // asked for each record
      return extra == null || extra.hasValue();
    }

    @Override
    public Optional<byte[]> key() {
      return extra(record).flatMap(extra -> Optional.ofNullable(extra.key()));
    }

    @Override
    public Map<String, byte[]> headers() {
      return extra(record).<Map<String, byte[]>>map(Extra::headers).orElse(Map.of());
    }

    @Override
    public Optional<Instant> appendTime() {
      return extra(record)
          .flatMap(extra -> Optional.ofNullable(extra.appendTime()).map(Instant::ofEpochMilli));
    }
  }

  private Optional<Extra> extra(int record) {
    return extras == null ? Optional.empty() : Optional.ofNullable(extras[record]);
  }

  /** Returns how many bytes the keys and headers have. */
  long extraBytes() {
    return extras == null
        ? 0
        : Arrays.stream(extras).filter(Objects::nonNull).mapToLong(Extra::bytes).sum();
  }

  @Nullable Extra @Nullable [] extras() {
    return extras;
  }

  /** Returns a copy of a record's bytes. */
  public byte[] bytes(int record) {
    return Arrays.copyOfRange(data, start(record), end(record));
  }

  /**
   * Returns some of the records as a batch of their own. Only the part with the last record says
   * how far the log is read.
   *
   * @param from the first record of the part
   * @param to the one behind its last
   * @throws IndexOutOfBoundsException if there are no such records
   */
  public RecordBatch part(int from, int to) {
    Objects.checkFromToIndex(from, to, size());
    if (from == 0 && to == size()) {
      return this;
    }
    Builder part = of(epoch, origin);
    Cursor record = cursor();
    for (int each = from; each < to; each++) {
      part.add(positions[each], record.at(each));
    }
    return part.readThrough(to == size() ? readThrough : LogPosition.START).build();
  }

  int[] ends() {
    return ends;
  }

  long[] positions() {
    return positions;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RecordBatch that
        && epoch == that.epoch
        && origin.equals(that.origin)
        && Arrays.equals(ends, that.ends)
        && Arrays.equals(positions, that.positions)
        && Arrays.equals(data, that.data)
        && readThrough.equals(that.readThrough)
        && extrasAgree(that);
  }

  private boolean extrasAgree(RecordBatch that) {
    for (int record = 0; record < size(); record++) {
      Optional<Extra> mine = extra(record);
      Optional<Extra> other = that.extra(record);
      if (mine.isPresent() != other.isPresent()
          || (mine.isPresent() && !mine.get().agrees(other.orElseThrow()))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(epoch) * 31 + Arrays.hashCode(positions);
  }

  @Override
  public String toString() {
    return size() + " records of epoch " + epoch + " from " + origin;
  }

  /** Gathers records. */
  public static final class Builder {
    private final long epoch;
    private final String origin;
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private int[] ends = new int[64];
    private long[] positions = new long[64];
    private @Nullable Extra @Nullable [] extras;
    private int size;
    private int extraBytes;
    private LogPosition readThrough = LogPosition.START;

    private Builder(long epoch, String origin) {
      this.epoch = epoch;
      this.origin = origin;
    }

    /** Adds a record; its bytes are copied. */
    public Builder add(long position, byte[] bytes, int offset, int length) {
      if (size == ends.length) { // all columns grow together
        ends = Arrays.copyOf(ends, size * 2);
        positions = Arrays.copyOf(positions, size * 2);
        extras = extras == null ? null : Arrays.copyOf(extras, size * 2);
      }
      data.write(bytes, offset, length);
      ends[size] = data.size();
      positions[size++] = position;
      return this;
    }

    /** Adds a record with its key, headers and append time; its value is copied. */
    public Builder add(long position, LogRecord record) {
      add(position, record.array(), record.offset(), record.length());
      Extra extra = Extra.of(record);
      if (extra != null) {
        extras = extras == null ? new Extra[ends.length] : extras;
        extras[size - 1] = extra;
        extraBytes += extra.bytes();
      }
      return this;
    }

    /**
     * Says how far the log is read once this batch is, together with those before it of the same
     * parts. A batch without records may say it, where records were passed over.
     */
    public Builder readThrough(LogPosition position) {
      readThrough = position;
      return this;
    }

    /** Returns the number of records so far. */
    public int size() {
      return size;
    }

    /** Returns the number of bytes so far, keys and headers included. */
    public int bytes() {
      return data.size() + extraBytes;
    }

    /** Returns the batch. */
    public RecordBatch build() {
      return new RecordBatch(
          epoch,
          origin,
          data.toByteArray(),
          Arrays.copyOf(ends, size),
          Arrays.copyOf(positions, size),
          extras == null ? null : Arrays.copyOf(extras, size),
          readThrough);
    }
  }
}
