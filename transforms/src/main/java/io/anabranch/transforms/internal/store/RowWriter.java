/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.anabranch.api.spi.log.LogPlace;
import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.api.spi.row.KeyHash;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.api.spi.store.RowStore;
import io.anabranch.api.spi.store.RowStore.Suspension;
import io.anabranch.api.spi.store.StoreException;
import io.anabranch.api.spi.store.StoreException.Code;
import java.io.Serializable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;

/**
 * Writes rows to a slice, in batches of a number and of bytes, as there may be all of a bounded
 * input. A row that the store does not take for its own sake becomes a dead letter; the others of
 * its batch are written. Metrics: {@code rows-written}, {@code rows-refused}.
 */
public final class RowWriter implements Serializable {
  private static final long serialVersionUID = 1L;

  /** How rows are written. */
  public enum Mode {
    /** Each once, to a slice that no reader sees. */
    FILL,
    /** Again and again, each time with more contributions. */
    REPLACE,
    /** Each once its window is complete; not once the run is about to stop. */
    REPLACE_WINDOWS
  }

  /** Large transactions of sorted rows are cheap; they hold the store for less than a second. */
  private static final int MOST_ROWS = 50_000;

  private static final long MOST_BYTES = 16 << 20;

  /** Of a key within a message. */
  private static final int LONGEST_KEY = 200;

  private final OpenSlice slice;
  private final Mode mode;
  private final Counter rowsWritten = Metrics.counter("io.anabranch", "rows-written");
  private final Counter rowsRefused = Metrics.counter("io.anabranch", "rows-refused");

  /** Creates one. */
  public RowWriter(OpenSlice slice, Mode mode) {
    this.mode = mode;
    this.slice = slice;
  }

  /** Writes rows by the store of a function. */
  public void write(StoreFn<?, ?> fn, Iterable<StoredRow> rows) {
    List<StoredRow> batch = new ArrayList<>();
    long bytes = 0;
    for (StoredRow row : rows) {
      batch.add(row);
      bytes += row.bytes();
      if (batch.size() >= MOST_ROWS || bytes >= MOST_BYTES) {
        writeBatch(fn, batch);
        batch.clear();
        bytes = 0;
      }
    }
    if (!batch.isEmpty()) {
      writeBatch(fn, batch);
    }
  }

  private void writeBatch(StoreFn<?, ?> fn, List<StoredRow> batch) {
    try {
      writeAll(fn, batch);
      rowsWritten.inc(batch.size());
    } catch (StoreException e) {
      if (e.code() != Code.ROW_REFUSED) {
        throw e;
      }
      if (batch.size() == 1) {
        setAside(fn, batch.get(0), e);
      } else {
        int middle = batch.size() / 2;
        writeBatch(fn, batch.subList(0, middle));
        writeBatch(fn, batch.subList(middle, batch.size()));
      }
    }
  }

  private void setAside(StoreFn<?, ?> fn, StoredRow row, StoreException error) {
    String text = row.keyText();
    String key = text.length() > LONGEST_KEY ? text.substring(0, LONGEST_KEY) + "..." : text;
    LogPlace place =
        new LogPlace(row.epoch(), "row %08x %s".formatted(KeyHash.of(text), key), row.bucket());
    DeadLetter letter =
        new DeadLetter(
            place,
            DeadLetter.Kind.REFUSED,
            Optional.of(slice.view()),
            Optional.of(Instant.ofEpochMilli(row.bucket())),
            "the store does not take the row of key \"%s\" in the bucket %s: %s"
                .formatted(key, Instant.ofEpochMilli(row.bucket()), error.getMessage()),
            text.getBytes(UTF_8));
    fn.toStore(
        store ->
            store.deadLetters().write(Map.of(slice.view(), slice.generation()), List.of(letter)));
    rowsRefused.inc();
  }

  private void writeAll(StoreFn<?, ?> fn, List<StoredRow> batch) {
    fn.toStore(
        store -> {
          RowStore to = store.rows();
          switch (mode) {
            case FILL -> to.fill(slice.fence(), batch);
            case REPLACE -> to.write(slice.fence(), batch, Suspension.IGNORED);
            case REPLACE_WINDOWS -> to.write(slice.fence(), batch, Suspension.RESPECTED);
          }
        });
  }
}
