/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import static java.util.stream.Collectors.joining;

import io.anabranch.api.spi.log.LogPlace;
import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.api.spi.row.DeadLetter.Kind;
import io.anabranch.api.spi.row.LetterQuery;
import io.anabranch.api.spi.store.DeadLetterStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Dead letters, and their numbers by epoch. */
final class JdbcDeadLetters implements DeadLetterStore {
  private static final String ALL_VIEWS = "";
  private static final String INSERT =
      "INSERT INTO anabranch_dead_letter VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
  private static final String COUNT =
      """
      INSERT INTO anabranch_dead_letter_count VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (generation, view, kind, epoch) DO UPDATE SET
        letters = anabranch_dead_letter_count.letters + excluded.letters""";

  private static final Comparator<Count> COUNT_ORDER =
      Comparator.comparingLong(Count::generation)
          .thenComparing(Count::view)
          .thenComparing(Count::kind)
          .thenComparingLong(Count::epoch);

  /** Transactions that write the same letters write them in one order, so that none deadlock. */
  private static final Comparator<Stored> ORDER =
      Comparator.comparing(Stored::count, COUNT_ORDER)
          .thenComparing(stored -> stored.letter().place().origin())
          .thenComparingLong(stored -> stored.letter().place().position());

  private static final String DISCARD =
      """
      UPDATE anabranch_dead_letter SET kind = 'DISCARDED'
      WHERE generation = ? AND view = ? AND epoch = ? AND origin = ? AND position = ?
        AND kind = ?""";

  private record Count(long generation, String view, String kind, long epoch) {
    Count discarded() {
      return new Count(generation, view, Kind.DISCARDED.name(), epoch);
    }
  }

  /** What is known by itself, whatever generation it is of. */
  private record Id(String view, LogPlace place) {}

  private record Stored(long generation, DeadLetter letter) {
    String view() {
      return letter.view().orElse(ALL_VIEWS);
    }

    Count count() {
      return new Count(generation, view(), letter.kind().name(), letter.place().epoch());
    }

    /** Returns it as discarded if it is. */
    Stored unless(Set<Id> discarded) {
      return Kind.FAULTS.contains(letter.kind())
              && discarded.contains(new Id(view(), letter.place()))
          ? new Stored(generation, letter.as(Kind.DISCARDED))
          : this;
    }
  }

  private final Transactions database;

  JdbcDeadLetters(Transactions database) {
    this.database = database;
  }

  @Override
  public void write(Map<String, Long> generations, Collection<DeadLetter> letters) {
    List<Stored> inOrder =
        letters.stream()
            .flatMap(
                letter ->
                    targets(generations, letter).map(generation -> new Stored(generation, letter)))
            .sorted(ORDER)
            .toList();
    if (inOrder.isEmpty()) {
      return;
    }
    database.write(
        connection -> {
          Set<Id> discarded = discarded(connection, letters);
          count(
              connection,
              insert(connection, inOrder.stream().map(each -> each.unless(discarded)).toList()));
          return null;
        });
  }

  private static void count(Connection connection, SortedMap<Count, Long> added)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(COUNT)) {
      for (Map.Entry<Count, Long> each : added.entrySet()) {
        Count count = each.getKey();
        Sql.addBatch(
            statement,
            count.generation(),
            count.view(),
            count.kind(),
            count.epoch(),
            each.getValue());
      }
      statement.executeBatch();
    }
  }

  /** Returns what was discarded of the epochs of some letters, which is mostly nothing. */
  private static Set<Id> discarded(Connection connection, Collection<DeadLetter> letters)
      throws SQLException {
    LongSummaryStatistics epochs =
        letters.stream().mapToLong(letter -> letter.place().epoch()).summaryStatistics();
    return Set.copyOf(
        Sql.list(
            connection,
            row ->
                new Id(
                    row.getString("view"),
                    new LogPlace(
                        row.getLong("epoch"), row.getString("origin"), row.getLong("position"))),
            "SELECT * FROM anabranch_discarded WHERE epoch BETWEEN ? AND ?",
            epochs.getMin(),
            epochs.getMax()));
  }

  @Override
  public void discard(Collection<DeadLetter> letters) {
    List<Stored> inOrder =
        letters.stream().map(letter -> new Stored(0, letter)).sorted(ORDER).toList();
    database.write(
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement(
                  "INSERT INTO anabranch_discarded VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING")) {
            for (Stored each : inOrder) {
              LogPlace place = each.letter().place();
              Sql.addBatch(statement, each.view(), place.epoch(), place.origin(), place.position());
            }
            statement.executeBatch();
          }
          for (long generation : generations(connection)) {
            discard(connection, generation, inOrder);
          }
          return null;
        });
  }

  private static void discard(Connection connection, long generation, List<Stored> letters)
      throws SQLException {
    SortedMap<Count, Long> changed = new TreeMap<>(COUNT_ORDER);
    try (PreparedStatement statement = connection.prepareStatement(DISCARD)) {
      for (Stored each : letters) {
        LogPlace place = each.letter().place();
        Sql.addBatch(
            statement,
            generation,
            each.view(),
            place.epoch(),
            place.origin(),
            place.position(),
            each.letter().kind().name());
      }
      int[] updated = statement.executeBatch();
      for (int i = 0; i < updated.length; i++) {
        Count before = new Stored(generation, letters.get(i).letter()).count();
        changed.merge(before, (long) -updated[i], Long::sum);
        changed.merge(before.discarded(), (long) updated[i], Long::sum);
      }
    }
    changed.values().removeIf(number -> number == 0);
    count(connection, changed);
  }

  private static List<Long> generations(Connection connection) throws SQLException {
    return Sql.list(
        connection,
        row -> row.getLong(1),
        "SELECT DISTINCT generation FROM anabranch_dead_letter_count ORDER BY 1");
  }

  private static Stream<Long> targets(Map<String, Long> generations, DeadLetter letter) {
    return letter.view().isPresent()
        ? Stream.ofNullable(generations.get(letter.view().get()))
        : generations.values().stream().distinct();
  }

  /** Returns how many were not there yet. */
  private static SortedMap<Count, Long> insert(Connection connection, List<Stored> letters)
      throws SQLException {
    SortedMap<Count, Long> added = new TreeMap<>(COUNT_ORDER);
    try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
      for (Stored each : letters) {
        DeadLetter letter = each.letter();
        Sql.addBatch(
            statement,
            each.generation(),
            each.view(),
            letter.place().epoch(),
            letter.place().origin(),
            letter.place().position(),
            letter.kind().name(),
            letter.eventTime().map(Instant::toEpochMilli).orElse(null),
            letter.error(),
            letter.record());
      }
      int[] written = statement.executeBatch();
      for (int i = 0; i < written.length; i++) {
        if (written[i] > 0) {
          added.merge(letters.get(i).count(), 1L, Long::sum);
        }
      }
    }
    return added;
  }

  @Override
  public void read(LetterQuery query, Consumer<DeadLetter> letters) {
    List<Object> parameters = new ArrayList<>();
    String sql =
        "SELECT * FROM anabranch_dead_letter WHERE "
            + which(query, parameters)
            + " ORDER BY epoch, origin, position, view, generation LIMIT ?";
    parameters.add(mostRows(query));
    try (Transactions.Reading reading = database.begin()) {
      reading.read(
          connection -> {
            try (PreparedStatement statement = Sql.prepare(connection, sql, parameters.toArray());
                ResultSet result = statement.executeQuery()) {
              distinct(result, query.limit(), letters);
            }
            return null;
          });
    }
  }

  /** Each generation may have its own row of a letter. */
  private static long mostRows(LetterQuery query) {
    long generations =
        query.scopes().stream().map(LetterQuery.Scope::generation).distinct().count();
    return query.limit() > Long.MAX_VALUE / Math.max(1, generations)
        ? Long.MAX_VALUE
        : query.limit() * Math.max(1, generations);
  }

  private static void distinct(ResultSet rows, long limit, Consumer<DeadLetter> letters)
      throws SQLException {
    long left = limit;
    Optional<DeadLetter> before = Optional.empty();
    while (left > 0 && rows.next()) {
      DeadLetter letter = letter(rows);
      if (!before.map(each -> isSame(each, letter)).orElse(false)) {
        letters.accept(letter);
        left--;
      }
      before = Optional.of(letter);
    }
  }

  private static boolean isSame(DeadLetter one, DeadLetter other) {
    return one.place().equals(other.place()) && one.view().equals(other.view());
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
    List<Object> parameters = new ArrayList<>();
    String which = which(query, parameters);
    String sql =
        isOnceEach(query.scopes())
            ? "SELECT COALESCE(SUM(letters), 0) FROM anabranch_dead_letter_count WHERE " + which
            // a letter of several generations counts once
            : "SELECT COUNT(*) FROM (SELECT 1 FROM anabranch_dead_letter WHERE "
                + which
                + " GROUP BY epoch, origin, position, view)";
    return database.read(
        connection ->
            Math.min(
                query.limit(),
                Sql.one(connection, row -> row.getLong(1), sql, parameters.toArray()).orElse(0L)));
  }

  /** Whether no letter can be in two scopes of different generations. */
  private static boolean isOnceEach(List<LetterQuery.Scope> scopes) {
    for (LetterQuery.Scope one : scopes) {
      for (LetterQuery.Scope other : scopes) {
        if (one.generation() != other.generation()
            && one.epochs().after() < other.epochs().through()
            && other.epochs().after() < one.epochs().through()) {
          return false;
        }
      }
    }
    return true;
  }

  @Override
  public void dropAllBut(Supplier<Set<Long>> named) {
    List<Long> listed = database.read(JdbcDeadLetters::generations);
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
