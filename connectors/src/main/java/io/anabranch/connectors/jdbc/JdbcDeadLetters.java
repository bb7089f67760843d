/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import static java.util.stream.Collectors.joining;

import io.anabranch.api.spi.log.LogPlace;
import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.api.spi.row.DeadLetter.Kind;
import io.anabranch.api.spi.row.LetterQuery;
import io.anabranch.api.spi.store.DeadLetterStore;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Dead letters, and their numbers by epoch. */
final class JdbcDeadLetters implements DeadLetterStore {
  private static final String ALL_VIEWS = "";

  private final Transactions database;

  JdbcDeadLetters(Transactions database) {
    this.database = database;
  }

  @Override
  public void write(Map<String, Long> generations, Collection<DeadLetter> letters) {
    database.write(
        connection -> {
          for (DeadLetter letter : letters) {
            Set<Long> targets =
                letter.view().isPresent()
                    ? Set.copyOf(
                        Optional.ofNullable(generations.get(letter.view().get()))
                            .map(List::of)
                            .orElse(List.of()))
                    : new TreeSet<>(generations.values());
            for (long generation : targets) {
              write(connection, generation, letter);
            }
          }
          return null;
        });
  }

  private static void write(Connection connection, long generation, DeadLetter letter)
      throws SQLException {
    String view = letter.view().orElse(ALL_VIEWS);
    int written =
        Sql.update(
            connection,
            "INSERT INTO anabranch_dead_letter VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
                + " ON CONFLICT DO NOTHING",
            generation,
            view,
            letter.place().epoch(),
            letter.place().origin(),
            letter.place().position(),
            letter.kind().name(),
            letter.eventTime().map(Instant::toEpochMilli).orElse(null),
            letter.error(),
            letter.record());
    if (written > 0) {
      Sql.update(
          connection,
          "INSERT INTO anabranch_dead_letter_count VALUES (?, ?, ?, ?, 1)"
              + " ON CONFLICT (generation, view, kind, epoch) DO UPDATE SET"
              + " letters = anabranch_dead_letter_count.letters + 1",
          generation,
          view,
          letter.kind().name(),
          letter.place().epoch());
    }
  }

  @Override
  public void read(LetterQuery query, Consumer<DeadLetter> letters) {
    List<Object> parameters = new ArrayList<>();
    String sql =
        "SELECT * FROM anabranch_dead_letter WHERE "
            + which(query, parameters)
            + " GROUP BY epoch, origin, position, view"
            + " ORDER BY epoch, origin, position, view LIMIT ?";
    parameters.add(query.limit());
    database.read(
        connection -> {
          Sql.each(connection, row -> letters.accept(letter(row)), sql, parameters.toArray());
          return null;
        });
  }

  /** Some generations share letters: versions of one definition have them each. */
  private static String which(LetterQuery query, List<Object> parameters) {
    String kinds =
        query.kinds().stream().map(kind -> "'" + kind.name() + "'").sorted().collect(joining(", "));
    String scopes =
        query.scopes().stream()
            .map(
                scope -> {
                  parameters.addAll(
                      List.of(
                          scope.generation(),
                          scope.view(),
                          scope.epochs().after(),
                          scope.epochs().through()));
                  return "generation = ? AND view IN ('', ?) AND epoch > ? AND epoch <= ?";
                })
            .collect(joining(" OR "));
    return "kind IN (" + kinds + ") AND (" + (scopes.isEmpty() ? "1 = 0" : scopes) + ")";
  }

  private static DeadLetter letter(ResultSet row) throws SQLException {
    return new DeadLetter(
        new LogPlace(row.getLong("epoch"), row.getString("origin"), row.getLong("position")),
        Kind.valueOf(row.getString("kind")),
        Optional.of(row.getString("view")).filter(view -> !view.equals(ALL_VIEWS)),
        Sql.instant(row, "event_time"),
        row.getString("error"),
        row.getBytes("record"));
  }

  @Override
  public long count(LetterQuery query) {
    boolean oneGeneration =
        query.scopes().stream().map(LetterQuery.Scope::generation).distinct().count() <= 1;
    List<Object> parameters = new ArrayList<>();
    String which = which(query, parameters);
    String sql =
        oneGeneration
            ? "SELECT COALESCE(SUM(letters), 0) FROM anabranch_dead_letter_count WHERE " + which
            // a letter may be of several generations, and counts once
            : "SELECT COUNT(*) FROM (SELECT 1 FROM anabranch_dead_letter WHERE "
                + which
                + " GROUP BY epoch, origin, position, view)";
    return database.read(
        connection ->
            Math.min(
                query.limit(),
                Sql.one(connection, row -> row.getLong(1), sql, parameters.toArray()).orElse(0L)));
  }

  @Override
  public void dropAllBut(Supplier<Set<Long>> named) {
    List<Long> listed =
        database.read(
            connection ->
                Sql.list(
                    connection,
                    row -> row.getLong(1),
                    "SELECT DISTINCT generation FROM anabranch_dead_letter_count"));
    Set<Long> generations = new TreeSet<>(listed);
    generations.removeAll(named.get());
    for (long generation : generations) {
      database.write(
          connection -> {
            for (String table : List.of("anabranch_dead_letter", "anabranch_dead_letter_count")) {
              Sql.update(connection, "DELETE FROM " + table + " WHERE generation = ?", generation);
            }
            return null;
          });
    }
  }
}
