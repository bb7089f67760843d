/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import io.anabranch.api.spi.DeadLetter;
import io.anabranch.api.spi.DeadLetter.Kind;
import io.anabranch.api.spi.LogPlace;
import io.anabranch.api.spi.SliceRef;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Dead letters, identified by their place in the log and the view that they are left out of; each
 * {@linkplain Versions generation} has its own.
 */
final class DeadLetters {
  /** Whether a version {@code v} counts an event {@code d} in that did not come in time. */
  static final String COUNTED_IN =
      "d.epoch <= v.whole_through AND d.event_time <= v.counted_in_through";

  private static final String ALL_VIEWS = "";

  /** Whether a letter is of what answers for a view, the one parameter. */
  private static final String LIVE =
      "generation = (SELECT v.generation FROM anabranch_pointer p"
          + " JOIN anabranch_version v ON v.version = COALESCE(p.base, p.speed) WHERE p.view = ?)";

  private DeadLetters() {}

  static void write(
      Connection connection, Collection<SliceRef> slices, Collection<DeadLetter> letters)
      throws SQLException {
    Map<Long, Set<String>> views = new TreeMap<>();
    for (SliceRef slice : slices) {
      views
          .computeIfAbsent(
              Versions.generation(connection, slice.version()),
              absent -> new TreeSet<>(Set.of(ALL_VIEWS)))
          .add(slice.view());
    }
    for (Map.Entry<Long, Set<String>> generation : views.entrySet()) {
      write(
          connection,
          generation.getKey(),
          letters.stream()
              .filter(letter -> generation.getValue().contains(letter.view().orElse(ALL_VIEWS)))
              .toList());
    }
  }

  private static void write(Connection connection, long generation, List<DeadLetter> letters)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "INSERT INTO anabranch_dead_letter"
                + " (origin, position, view, kind, epoch, event_time, error, record, generation)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
                + " ON CONFLICT (generation, origin, position, view) DO NOTHING")) {
      for (DeadLetter letter : letters) {
        statement.setLong(9, generation);
        statement.setString(1, letter.place().origin());
        statement.setLong(2, letter.place().position());
        statement.setString(3, letter.view().orElse(ALL_VIEWS));
        statement.setString(4, letter.kind().name());
        statement.setLong(5, letter.place().epoch());
        statement.setObject(6, letter.eventTime().map(Instant::toEpochMilli).orElse(null));
        statement.setString(7, letter.error());
        statement.setBytes(8, letter.record());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  static List<DeadLetter> read(
      Connection connection, Set<Kind> kinds, Collection<Long> versions, int limit)
      throws SQLException {
    return Sql.list(
        connection,
        DeadLetters::letter,
        "SELECT * FROM anabranch_dead_letter WHERE "
            + of(kinds, versions)
            + " GROUP BY epoch, origin, position, view"
            + " ORDER BY epoch, origin, position, view LIMIT ?",
        limit);
  }

  private static DeadLetter letter(ResultSet row) throws SQLException {
    OptionalLong eventTime = Sql.optionalLong(row, "event_time");
    return new DeadLetter(
        new LogPlace(row.getLong("epoch"), row.getString("origin"), row.getLong("position")),
        Kind.valueOf(row.getString("kind")),
        Optional.of(row.getString("view")).filter(view -> !view.equals(ALL_VIEWS)),
        eventTime.isPresent()
            ? Optional.of(Instant.ofEpochMilli(eventTime.getAsLong()))
            : Optional.empty(),
        row.getString("error"),
        row.getBytes("record"));
  }

  static long count(Connection connection, Set<Kind> kinds, Collection<Long> versions)
      throws SQLException {
    return Sql.one(
            connection,
            row -> row.getLong(1),
            "SELECT COUNT(*) FROM (SELECT DISTINCT origin, position, view"
                + " FROM anabranch_dead_letter WHERE "
                + of(kinds, versions)
                + ")")
        .orElseThrow();
  }

  private static String of(Set<Kind> kinds, Collection<Long> versions) {
    String whose =
        versions.isEmpty()
            ? " JOIN anabranch_pointer p ON v.version IN (p.base, p.speed)"
            : versions.stream()
                .map(String::valueOf)
                .collect(Collectors.joining(", ", " WHERE v.version IN (", ")"));
    return kinds.stream()
        .map(kind -> "'" + kind.name() + "'")
        .sorted()
        .collect(
            Collectors.joining(
                ", ",
                "(generation, view) IN (SELECT v.generation, '' FROM anabranch_version v"
                    + whose
                    + " UNION SELECT v.generation, v.view FROM anabranch_version v"
                    + whose
                    + ") AND kind IN (",
                ")"));
  }

  /** Returns how many events did not come in time for a view. */
  static long untimely(Connection connection, String view) throws SQLException {
    return count(connection, "view = ? AND " + LIVE, view, view);
  }

  /** Returns the times of these events, in order. */
  static List<Instant> times(Connection connection, String view) throws SQLException {
    return Sql.list(
        connection,
        row -> Instant.ofEpochMilli(row.getLong("event_time")),
        "SELECT event_time FROM anabranch_dead_letter WHERE view = ? AND "
            + LIVE
            + " ORDER BY event_time",
        view,
        view);
  }

  /** Returns how many of them a batch version counts in. */
  static long countedIn(Connection connection, String view, long version) throws SQLException {
    return count(
        connection,
        "view = ? AND "
            + LIVE
            + " AND EXISTS (SELECT 1 FROM anabranch_version v WHERE v.version = ? AND "
            + COUNTED_IN
            + ")",
        view,
        view,
        version);
  }

  private static long count(Connection connection, String which, Object... parameters)
      throws SQLException {
    return Sql.one(
            connection,
            row -> row.getLong(1),
            "SELECT COUNT(*) FROM anabranch_dead_letter d WHERE " + which,
            parameters)
        .orElseThrow();
  }
}
