/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import io.anabranch.api.EpochRange;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.LivePointer;
import io.anabranch.api.spi.LiveRow;
import io.anabranch.api.spi.LiveState;
import io.anabranch.api.spi.LiveState.LiveSlice;
import io.anabranch.api.spi.LogEnd;
import io.anabranch.api.spi.ReadRequest;
import io.anabranch.api.spi.SideRow;
import io.anabranch.api.spi.SliceRef;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Reads what is live of a view: pointer, slices and rows in one statement, so that a promotion
 * cannot come between them. The branches of the statement have the same columns; the first says
 * which branch a result row is of.
 */
final class LiveRows {
  private static final int MOST_KEYS = 10_000;
  private static final int POINTER = 0;
  private static final int SLICE = 1;
  private static final String NO_POINTER =
      Pointers.COLUMNS.stream().map(column -> "NULL").collect(Collectors.joining(", "));

  /** The rows of live slices, of which {@code p} is the pointer. */
  private static final String LIVE =
      " FROM p JOIN anabranch_slice s ON s.version IN (p.base, p.speed) AND s.visible = 1"
          + " JOIN anabranch_row r %s ON r.slice = COALESCE(s.rows_of, s.slice)"
          + " WHERE r.epoch > s.after_epoch AND r.epoch <= s.through_epoch"
          + " AND (s.version = p.base OR r.epoch > p.base_through)";

  private static final String READ =
      "WITH p AS ("
          + Pointers.SELECT
          // the pointer, the log, and how many events are left out
          + ") SELECT 0 AS branch, p.*, l.closed_through AS a, l.first_epoch AS b,"
          + " l.last_epoch AS c, (SELECT COUNT(*) FROM anabranch_dead_letter d WHERE d.view = ''"
          + " AND d.generation = p.generation"
          + " AND d.epoch >= (? / p.epoch_millis) - (? % p.epoch_millis < 0)) AS d,"
          + " (SELECT COUNT(*) FROM anabranch_dead_letter d WHERE d.view = p.view"
          + " AND d.generation = p.generation"
          + " AND d.event_time >= ? AND d.event_time < ? AND NOT EXISTS"
          + " (SELECT 1 FROM anabranch_version v WHERE v.version = p.base AND "
          + DeadLetters.COUNTED_IN
          + ")) AS e, l.position AS key, NULL AS accumulator"
          + " FROM p LEFT JOIN anabranch_log l ON l.log = p.log"
          // the slices
          + " UNION ALL SELECT 1, "
          + NO_POINTER
          + ", s.version IS p.speed, s.after_epoch, s.through_epoch, s.complete_through,"
          + " s.updated, s.position, o.seen FROM p"
          + " JOIN anabranch_slice s ON s.version IN (p.base, p.speed) AND s.visible = 1"
          + " LEFT JOIN anabranch_run o ON o.run = s.run AND o.ended IS NULL"
          // the rows
          + " UNION ALL SELECT 2, "
          + NO_POINTER
          + ", s.version IS p.speed, r.bucket, r.length, NULL, NULL, r.key, r.accumulator"
          + LIVE;

  private LiveRows() {}

  static Optional<LiveState> read(
      Connection connection, ReadRequest request, Consumer<LiveRow> rows) throws SQLException {
    List<Object> parameters = new ArrayList<>();
    parameters.add(request.view());
    long from = request.from().map(LiveRows::millis).orElse(Long.MIN_VALUE);
    parameters.addAll(
        List.of(from, from, from, request.to().map(LiveRows::millis).orElse(Long.MAX_VALUE)));
    // Without statistics SQLite would rather scan each slice than look keys up.
    String index = request.keyTexts().isEmpty() ? "" : "INDEXED BY anabranch_row_key";
    String sql = READ.replace("%s", index) + filter(request, parameters);
    LivePointer pointer = null;
    Optional<LogEnd> log = Optional.empty();
    long deadLetters = 0;
    long untimely = 0;
    List<LiveSlice> slices = new ArrayList<>();
    try (PreparedStatement statement = Sql.prepare(connection, sql, parameters.toArray());
        Deadline deadline = Deadline.of(statement, request.timeout())) {
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          switch (result.getInt("branch")) {
            case POINTER -> {
              pointer = Pointers.of(result);
              log = log(result);
              deadLetters = result.getLong("d");
              untimely = result.getLong("e");
            }
            case SLICE -> slices.add(slice(result));
            default ->
                rows.accept(
                    new LiveRow(
                        result.getBoolean("a"),
                        result.getLong("b"),
                        result.getLong("c"),
                        result.getBytes("key"),
                        result.getBytes("accumulator")));
          }
        }
      } catch (SQLException e) {
        throw deadline.explain(e);
      }
    }
    return pointer == null
        ? Optional.empty()
        : Optional.of(new LiveState(pointer, slices, log, deadLetters, untimely));
  }

  private static Optional<LogEnd> log(ResultSet result) throws SQLException {
    long closedThrough = result.getLong("a");
    return result.wasNull()
        ? Optional.empty()
        : Optional.of(
            new LogEnd(
                result.getString("key"), closedThrough, result.getLong("b"), result.getLong("c")));
  }

  private static LiveSlice slice(ResultSet result) throws SQLException {
    OptionalLong updated = Sql.optionalLong(result, "e");
    OptionalLong seen = Sql.optionalLong(result, "accumulator");
    return new LiveSlice(
        result.getBoolean("a"),
        new EpochRange(result.getLong("b"), result.getLong("c")),
        result.getLong("d"),
        instant(updated),
        instant(seen),
        Optional.ofNullable(result.getString("key")));
  }

  private static Optional<Instant> instant(OptionalLong millis) {
    return millis.isPresent()
        ? Optional.of(Instant.ofEpochMilli(millis.getAsLong()))
        : Optional.empty();
  }

  /** Reads live rows of some epochs, and those of a slice that is not live, by bucket and key. */
  static Optional<LivePointer> readBeside(
      Connection connection, SliceRef slice, EpochRange epochs, Consumer<SideRow> rows)
      throws SQLException {
    String sql =
        "WITH p AS ("
            + Pointers.SELECT
            + ") SELECT 0 AS branch, p.*, NULL AS bucket, NULL AS length, NULL AS key,"
            + " NULL AS accumulator FROM p"
            + " UNION ALL SELECT 1, "
            + NO_POINTER
            + ", r.bucket, r.length, r.key, r.accumulator"
            + LIVE.replace("%s", "")
            + " AND r.epoch > ? AND r.epoch <= ?"
            + " UNION ALL SELECT 2, "
            + NO_POINTER
            + ", r.bucket, r.length, r.key, r.accumulator FROM anabranch_row r WHERE r.slice = ?"
            + " ORDER BY bucket, length, key";
    LivePointer pointer = null;
    try (PreparedStatement statement =
            Sql.prepare(
                connection, sql, slice.view(), epochs.after(), epochs.through(), slice.slice());
        ResultSet result = statement.executeQuery()) {
      while (result.next()) {
        int branch = result.getInt("branch");
        if (branch == POINTER) {
          pointer = Pointers.of(result);
        } else {
          rows.accept(side(result, branch == 1));
        }
      }
    }
    return Optional.ofNullable(pointer);
  }

  /** Reads rows of two versions, whichever of them answers, by bucket and key. */
  static void readVersions(
      Connection connection, long live, long other, long through, Consumer<SideRow> rows)
      throws SQLException {
    String sql =
        "SELECT s.version = ? AS live, r.bucket, r.length, r.key, r.accumulator"
            + " FROM anabranch_slice s"
            + " JOIN anabranch_row r ON r.slice = COALESCE(s.rows_of, s.slice)"
            + " WHERE s.version IN (?, ?) AND s.visible = 1"
            + " AND r.epoch > s.after_epoch AND r.epoch <= s.through_epoch AND r.epoch <= ?"
            + " ORDER BY r.bucket, r.length, r.key";
    try (PreparedStatement statement = Sql.prepare(connection, sql, live, live, other, through);
        ResultSet result = statement.executeQuery()) {
      while (result.next()) {
        rows.accept(side(result, result.getBoolean("live")));
      }
    }
  }

  private static SideRow side(ResultSet result, boolean live) throws SQLException {
    return new SideRow(
        live,
        result.getLong("bucket"),
        result.getLong("length"),
        result.getBytes("key"),
        result.getBytes("accumulator"));
  }

  /** The first whole millisecond not before the time, as far as there are any. */
  private static long millis(Instant time) {
    try {
      long before = time.toEpochMilli();
      return Instant.ofEpochMilli(before).equals(time) ? before : Math.addExact(before, 1);
    } catch (ArithmeticException e) {
      return time.isBefore(Instant.EPOCH) ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
  }

  private static String filter(ReadRequest request, List<Object> parameters) {
    StringBuilder filter = new StringBuilder();
    request
        .from()
        .ifPresent(
            from -> {
              filter.append(" AND r.bucket >= ?");
              parameters.add(millis(from));
            });
    request
        .to()
        .ifPresent(
            to -> {
              filter.append(" AND r.bucket < ?");
              parameters.add(millis(to));
            });
    int keys = request.keyTexts().size();
    if (keys > MOST_KEYS) {
      throw new UserException(
          "a read asks for " + keys + " keys: " + MOST_KEYS + " at most; ask in several reads");
    }
    if (keys > 0) {
      filter
          .append(" AND r.key_text IN (")
          .append(String.join(", ", Collections.nCopies(keys, "?")))
          .append(")");
      parameters.addAll(request.keyTexts());
    }
    return filter.toString();
  }
}
