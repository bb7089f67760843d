/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.contracts.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.anabranch.api.Epochs;
import io.anabranch.api.spi.row.StoredRow;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/** Events of three views, and the plain fold that answers are held against. */
final class HistoryLog {
  static final List<String> VIEWS = List.of("alpha", "beta", "gamma");
  static final int EPOCHS = 40;
  private static final int EVENTS = 160;
  private static final int LATEST = 6;

  private final Map<String, List<Event>> events = new TreeMap<>();
  private final AtomicLong closedThrough = new AtomicLong(2);

  private record Event(long epoch, Cell cell, long value) {}

  /** What a row is of. */
  record Cell(long bucket, String key) implements Comparable<Cell> {
    @Override
    public int compareTo(Cell other) {
      int byKey = key.compareTo(other.key);
      return byKey == 0 ? Long.compare(bucket, other.bucket) : byKey;
    }
  }

  HistoryLog(long seed) {
    Random random = new Random(seed);
    for (String view : VIEWS) {
      List<Event> list = new ArrayList<>();
      for (int i = 0; i < EVENTS; i++) {
        long epoch = 1L + random.nextInt(EPOCHS);
        Cell cell = new Cell(Math.max(0, epoch - random.nextInt(LATEST)), "k" + random.nextInt(3));
        list.add(new Event(epoch, cell, 1L + random.nextInt(9)));
      }
      events.put(view, list);
    }
  }

  long closedThrough() {
    return closedThrough.get();
  }

  void closeNext() {
    closedThrough.updateAndGet(epoch -> Math.min(EPOCHS, epoch + 1));
  }

  /** Returns the epoch after one, which may be none. */
  static long next(long epoch) {
    return epoch == Epochs.NONE ? 1 : epoch + 1;
  }

  /** Sums the events of the epochs {@code (after, through]}. */
  Map<Cell, Long> fold(String view, long after, long through) {
    Map<Cell, Long> sums = new TreeMap<>();
    for (Event event : events.get(view)) {
      if (event.epoch() > after && event.epoch() <= through) {
        sums.merge(event.cell(), event.value(), Long::sum);
      }
    }
    return sums;
  }

  /** Returns rows that hold a fold, all of one epoch. */
  static List<StoredRow> rows(Map<Cell, Long> fold, long epoch, long less) {
    List<StoredRow> rows = new ArrayList<>();
    fold.forEach((cell, value) -> rows.add(row(cell, epoch, value - less)));
    return rows;
  }

  static StoredRow row(Cell cell, long epoch, long value) {
    byte[] key = cell.key().getBytes(UTF_8);
    byte[] accumulator = ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    return new StoredRow(epoch, cell.bucket(), key, cell.key(), accumulator, 1);
  }

  static long value(byte[] accumulator) {
    return ByteBuffer.wrap(accumulator).getLong();
  }
}
