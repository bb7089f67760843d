/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import io.anabranch.api.spi.log.LogPosition;
import io.anabranch.connectors.files.folder.Segment;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The parts of an embedded log. The chunks of all segments go round a fixed number of stripes, so
 * that readers share even one large segment. A stripe is read in order, by one reader, and it is
 * the same one however many readers there are: so positions of any two runs compare.
 *
 * <p>An offset within a stripe holds the number of a segment and the bytes of the stripe within
 * that segment, so that it rises with both.
 *
 * @param chunkLength the length of a chunk, in bytes
 */
record Stripes(long chunkLength) {
  /** How many readers a log can have at once. */
  static final int COUNT = 32;

  /** The stripes of the log as it is. */
  static final Stripes DEFAULT = new Stripes(Chunk.LENGTH);

  private static final int BITS = 31;

  /** How many segments can be numbered: 4 billion. */
  static final long MOST_SEGMENTS = (1L << (Long.SIZE - 1 - BITS)) - 2;

  /** The longest segment whose bytes can be numbered, 64 GiB. */
  static final long MOST_SEGMENT_BYTES = (long) COUNT << BITS;

  /** Returns the stripe that a chunk belongs to. */
  int stripe(Segment segment, long chunk) {
    return (int) Math.floorMod(mix(segment.sequence()) + chunk, (long) COUNT);
  }

  /** Returns the position within the stripe of a chunk after some bytes of the chunk. */
  LogPosition position(Segment segment, long chunk, long bytes) {
    return LogPosition.of(part(segment, chunk), offset(segment, chunk, bytes));
  }

  /** Returns the position after all segments through one, in some stripes. */
  static LogPosition after(long sequence, IntStream stripes) {
    SortedMap<String, Long> next = new TreeMap<>();
    if (sequence > 0) {
      stripes.forEach(stripe -> next.put(Integer.toString(stripe), first(sequence + 1)));
    }
    return new LogPosition(next);
  }

  /** Returns the position after all segments through one. */
  static LogPosition after(long sequence) {
    return after(sequence, IntStream.range(0, COUNT));
  }

  /** Returns how many bytes of segments lie between two positions. */
  long bytes(List<Segment> segments, LogPosition from, LogPosition to) {
    ToLongFunction<Segment> between =
        segment ->
            LongStream.range(0, chunks(segment))
                .map(
                    chunk -> {
                      String part = part(segment, chunk);
                      long start = Math.max(offset(segment, chunk, 0), from.next(part));
                      long all = offset(segment, chunk, length(segment, chunk));
                      return Math.max(0, Math.min(all, to.next(part)) - start);
                    })
                .sum();
    return segments.stream().mapToLong(between).sum();
  }

  /** Returns the last segment of which something lies before a position, 0 if there is none. */
  static long sequence(LogPosition position) {
    return position.next().values().stream().mapToLong(next -> (next - 1) >> BITS).max().orElse(0);
  }

  /** Returns the number of chunks of a segment. */
  long chunks(Segment segment) {
    return (segment.bytes() + chunkLength - 1) / chunkLength;
  }

  private long length(Segment segment, long chunk) {
    return Math.min(chunkLength, segment.bytes() - chunk * chunkLength);
  }

  private String part(Segment segment, long chunk) {
    return Integer.toString(stripe(segment, chunk));
  }

  private long offset(Segment segment, long chunk, long bytes) {
    long before = chunk / COUNT * chunkLength;
    return Math.addExact(first(segment.sequence()), before + Math.min(bytes, chunkLength));
  }

  private static long first(long sequence) {
    return Math.multiplyExact(sequence, 1L << BITS);
  }

  /** Spreads consecutive numbers. Part of each position, so it must never change. */
  private static long mix(long sequence) {
    long mixed = sequence * 0x9E3779B97F4A7C15L;
    return (mixed ^ (mixed >>> 32)) >>> 1;
  }
}
