/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import io.anabranch.api.UserException;
import io.anabranch.api.spi.LivePointer;
import io.anabranch.api.spi.LiveRow;
import io.anabranch.api.spi.ReadRequest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Reads pointer and live rows in one statement, so that both are of one moment whatever is promoted
 * meanwhile. The first branch of the statement gives the pointer, the second one its rows.
 */
final class LiveRows {
  private static final int MOST_KEYS = 10_000;
  private static final String NO_POINTER =
      Pointers.COLUMNS.stream().map(column -> "NULL").collect(Collectors.joining(", "));

  private LiveRows() {}

  static Optional<LivePointer> read(
      Connection connection, ReadRequest request, Consumer<LiveRow> rows) throws SQLException {
    List<Object> parameters = new ArrayList<>();
    parameters.add(request.view());
    String sql =
        "WITH p AS ("
            + Pointers.SELECT
            + ") SELECT p.*, NULL AS is_speed, NULL AS bucket, NULL AS key, NULL AS accumulator"
            + " FROM p UNION ALL SELECT "
            + NO_POINTER
            + ", s.version IS p.speed, r.bucket, r.key, r.accumulator FROM p"
            + " JOIN anabranch_slice s ON s.version IN (p.base, p.speed) AND s.visible = 1"
            + " JOIN anabranch_row r ON r.slice = s.slice"
            + " WHERE r.epoch > s.after_epoch AND r.epoch <= s.through_epoch"
            + " AND (s.version = p.base OR r.epoch > p.base_through)"
            + filter(request, parameters);
    LivePointer pointer = null;
    try (PreparedStatement statement = Sql.prepare(connection, sql, parameters.toArray());
        ResultSet result = statement.executeQuery()) {
      while (result.next()) {
        if (result.getString("view") != null) {
          pointer = Pointers.of(result);
        } else {
          rows.accept(
              new LiveRow(
                  result.getBoolean("is_speed"),
                  result.getLong("bucket"),
                  result.getBytes("key"),
                  result.getBytes("accumulator")));
        }
      }
    }
    return Optional.ofNullable(pointer);
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
