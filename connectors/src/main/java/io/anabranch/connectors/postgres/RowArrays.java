/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.postgres;

import io.anabranch.api.spi.row.StoredRow;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Rows as arrays of their columns, in the order of the index and each key once. Transactions that
 * write the same rows so lock them in one order, and do not deadlock.
 */
final class RowArrays {
  /** Columns besides the row set, in the order of the table. */
  static final String COLUMNS =
      "bucket, length, epoch, contributions, key_text, key, accumulator, whole_text, whole_key, part";

  /** What a row does to one that is there. */
  static final String ON_CONFLICT =
      """
      ON CONFLICT (slice, key_text, bucket, length, key, epoch) DO UPDATE SET
        accumulator = excluded.accumulator, contributions = excluded.contributions,
        part = excluded.part
      WHERE excluded.contributions >= anabranch_row.contributions""";

  /** Notes that rows were written, with {@link #NOTE_CONFLICT} after its values. */
  static final String NOTE =
      "INSERT INTO anabranch_activity (slice, run, stripe, rows, changes, updated)";

  static final String NOTE_CONFLICT =
      """
      ON CONFLICT (slice, run, stripe) DO UPDATE SET
        rows = anabranch_activity.rows + excluded.rows, changes = anabranch_activity.changes + 1,
        updated = excluded.updated""";

  private static final Comparator<Keyed> ORDER =
      Comparator.comparing((Keyed keyed) -> keyed.key().text())
          .thenComparingLong(keyed -> keyed.row().bucket())
          .thenComparingLong(keyed -> keyed.row().length())
          .thenComparing(keyed -> keyed.key().key(), Arrays::compareUnsigned)
          .thenComparingLong(keyed -> keyed.row().epoch());

  private final List<Keyed> rows;

  /** A row and its key as it is stored. */
  record Keyed(StoredKey key, StoredRow row) {}

  private RowArrays(List<Keyed> rows) {
    this.rows = rows;
  }

  /** Sorts rows. Of those of one key, the last one that folds the most contributions is left. */
  static RowArrays of(Collection<StoredRow> rows) {
    List<Keyed> sorted =
        rows.stream()
            .map(row -> new Keyed(StoredKey.of(row.keyText(), row.key()), row))
            .sorted(ORDER)
            .toList();
    List<Keyed> distinct = new ArrayList<>(sorted.size());
    for (Keyed next : sorted) {
      int last = distinct.size() - 1;
      if (last < 0 || ORDER.compare(distinct.get(last), next) != 0) {
        distinct.add(next);
      } else if (next.row().contributions() >= distinct.get(last).row().contributions()) {
        distinct.set(last, next);
      }
    }
    return new RowArrays(distinct);
  }

  int size() {
    return rows.size();
  }

  /** Returns the rows. */
  List<Keyed> rows() {
    return rows;
  }

  /** Sets the {@link #COLUMNS} as parameters after one, and returns the number of the last. */
  int set(PreparedStatement statement, int before) throws SQLException {
    Connection connection = statement.getConnection();
    int i = before;
    statement.setArray(++i, array(connection, "bigint", each -> each.row().bucket()));
    statement.setArray(++i, array(connection, "bigint", each -> each.row().length()));
    statement.setArray(++i, array(connection, "bigint", each -> each.row().epoch()));
    statement.setArray(++i, array(connection, "bigint", each -> each.row().contributions()));
    statement.setArray(++i, array(connection, "text", each -> each.key().text()));
    statement.setArray(++i, array(connection, "bytea", each -> each.key().key()));
    statement.setArray(++i, array(connection, "bytea", each -> each.row().accumulator()));
    statement.setArray(++i, array(connection, "text", each -> each.key().wholeText().orElse(null)));
    statement.setArray(++i, array(connection, "bytea", each -> each.key().wholeKey().orElse(null)));
    statement.setArray(++i, array(connection, "text", each -> each.row().part().orElse(null)));
    return i;
  }

  private java.sql.Array array(
      Connection connection, String type, Function<Keyed, @Nullable Object> column)
      throws SQLException {
    Object[] values = rows.stream().map(column).toArray();
    return connection.createArrayOf(
        type, type.equals("bytea") ? Arrays.copyOf(values, values.length, byte[][].class) : values);
  }
}
