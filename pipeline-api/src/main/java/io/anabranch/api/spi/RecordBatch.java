/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

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

  RecordBatch(long epoch, String origin, byte[] data, int[] ends, long[] positions) {
    this.epoch = epoch;
    this.origin = origin;
    this.data = data;
    this.ends = ends;
    this.positions = positions;
  }

  /** Starts a batch of records of one epoch and one origin (a segment, a partition). */
  public static Builder of(long epoch, String origin) {
    return new Builder(epoch, origin);
  }

  /** Returns the epoch of all records. */
  public long epoch() {
    return epoch;
  }

  /** Returns the name of the part of the log that all records lie in. */
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

  /** Returns a record's place in the log, the same however it is read. */
  public LogPlace place(int record) {
    return new LogPlace(epoch, origin, positions[record]);
  }

  /** Returns a copy of a record's bytes. */
  public byte[] bytes(int record) {
    return Arrays.copyOfRange(data, start(record), end(record));
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
        && Arrays.equals(data, that.data);
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
    private int size;

    private Builder(long epoch, String origin) {
      this.epoch = epoch;
      this.origin = origin;
    }

    /** Adds a record; its bytes are copied. */
    public Builder add(long position, byte[] bytes, int offset, int length) {
      if (size == ends.length) {
        ends = Arrays.copyOf(ends, size * 2);
        positions = Arrays.copyOf(positions, size * 2);
      }
      data.write(bytes, offset, length);
      ends[size] = data.size();
      positions[size++] = position;
      return this;
    }

    /** Returns the number of records so far. */
    public int size() {
      return size;
    }

    /** Returns the number of bytes so far. */
    public int bytes() {
      return data.size();
    }

    /** Returns the batch. */
    public RecordBatch build() {
      return new RecordBatch(
          epoch,
          origin,
          data.toByteArray(),
          Arrays.copyOf(ends, size),
          Arrays.copyOf(positions, size));
    }
  }
}
