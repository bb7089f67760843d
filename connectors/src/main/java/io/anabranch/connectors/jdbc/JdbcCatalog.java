/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import static java.util.stream.Collectors.toMap;

import io.anabranch.api.Epochs;
import io.anabranch.api.spi.row.LetterQuery;
import io.anabranch.api.spi.row.LiveSlice;
import io.anabranch.api.spi.row.SqlMerge;
import io.anabranch.api.spi.store.CatalogChange;
import io.anabranch.api.spi.store.CatalogStore;
import io.anabranch.api.spi.store.Fence;
import io.anabranch.api.spi.store.IdKind;
import io.anabranch.api.spi.store.Snapshot;
import io.anabranch.connectors.jdbc.Transactions.Thing;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/** Documents, and the tables that are derived from them. */
final class JdbcCatalog implements CatalogStore {
  private static final int HISTORY = 100;

  private final Transactions database;
  private final RowTable table;
  private final AnswerViews answers;
  private final Clock clock;

  JdbcCatalog(Transactions database, RowTable table, Clock clock) {
    this.database = database;
    this.table = table;
    this.answers = new AnswerViews(table);
    this.clock = clock;
  }

  @Override
  public boolean commit(List<CatalogChange> changes, Map<Long, Long> basedOn) {
    return database.write(
        connection -> {
          if (!isExpected(connection, changes)) {
            return false;
          }
          for (long rows : fences(connection, changes, basedOn.keySet())) {
            database.lock(connection, Thing.fence(rows));
          }
          if (!isRecorded(connection, basedOn)) {
            return false;
          }
          for (CatalogChange change : changes) {
            replace(connection, change);
          }
          return true;
        });
  }

  private boolean isExpected(Connection connection, List<CatalogChange> changes)
      throws SQLException {
    for (String view : changes.stream().map(CatalogChange::view).sorted().toList()) {
      database.lock(connection, Thing.view(view));
    }
    for (CatalogChange change : changes) {
      long revision =
          Sql.one(
                  connection,
                  row -> row.getLong(1),
                  "SELECT revision FROM anabranch_catalog WHERE view = ?",
                  change.view())
              .orElse(0L);
      if (revision != change.expected()) {
        return false;
      }
    }
    return true;
  }

  /** Fences that change, and those of row sets whose progress must stay as it is. */
  private static NavigableSet<Long> fences(
      Connection connection, List<CatalogChange> changes, Collection<Long> basedOn)
      throws SQLException {
    NavigableSet<Long> rows = new TreeSet<>(basedOn);
    for (CatalogChange change : changes) {
      List<Fence> before = fences(connection, change.view());
      for (List<Fence> fences : List.of(before, change.fences())) {
        fences.stream()
            .filter(each -> !before.contains(each) || !change.fences().contains(each))
            .map(Fence::rows)
            .forEach(rows::add);
      }
    }
    return rows;
  }

  private static Map<Long, Long> owners(List<Fence> fences) {
    return fences.stream().collect(toMap(Fence::rows, Fence::run));
  }

  private static boolean isRecorded(Connection connection, Map<Long, Long> basedOn)
      throws SQLException {
    for (Map.Entry<Long, Long> progress : basedOn.entrySet()) {
      long complete =
          Sql.one(
                  connection,
                  row -> row.getLong(1),
                  "SELECT complete_through FROM anabranch_progress WHERE slice = ?",
                  progress.getKey())
              .orElse(Epochs.NONE);
      if (complete != progress.getValue()) {
        return false;
      }
    }
    return true;
  }

  private void replace(Connection connection, CatalogChange change) throws SQLException {
    String view = change.view();
    long revision = change.expected() + 1;
    Sql.update(
        connection,
        "INSERT INTO anabranch_catalog VALUES (?, ?, ?) ON CONFLICT (view) DO UPDATE SET"
            + " revision = excluded.revision, document = excluded.document",
        view,
        revision,
        change.document());
    Sql.update(
        connection,
        "INSERT INTO anabranch_catalog_history VALUES (?, ?, ?, ?, ?)",
        view,
        revision,
        clock.millis(),
        change.transition(),
        change.document());
    Sql.update(
        connection,
        "DELETE FROM anabranch_catalog_history WHERE view = ? AND revision <= ?",
        view,
        revision - HISTORY);
    replaceFences(connection, change);
    replaceLive(connection, change);
    Sql.update(connection, "DELETE FROM anabranch_live_letters WHERE view = ?", view);
    for (LetterQuery.Scope scope : change.letters()) {
      Sql.update(
          connection,
          "INSERT INTO anabranch_live_letters VALUES (?, ?, ?, ?)",
          view,
          scope.generation(),
          scope.epochs().after(),
          scope.epochs().through());
    }
  }

  private void replaceLive(Connection connection, CatalogChange change) throws SQLException {
    String view = change.view();
    Sql.update(connection, "DELETE FROM anabranch_live_slice WHERE view = ?", view);
    for (LiveSlice live : change.live()) {
      Sql.update(
          connection,
          "INSERT INTO anabranch_live_slice VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          view,
          live.range().rows(),
          live.range().epochs().after(),
          live.range().epochs().through(),
          live.speed(),
          live.version(),
          live.log(),
          live.minBucket(),
          live.maxBucket(),
          live.merge().map(SqlMerge::name).orElse(null));
    }
    if (change.live().stream().anyMatch(live -> live.merge().isPresent())) {
      answers.require(connection, view);
    }
  }

  private static void replaceFences(Connection connection, CatalogChange change)
      throws SQLException {
    Map<Long, Long> owners = owners(fences(connection, change.view()));
    Sql.update(connection, "DELETE FROM anabranch_fence WHERE view = ?", change.view());
    for (Fence fence : change.fences()) {
      Sql.update(
          connection,
          "INSERT INTO anabranch_fence VALUES (?, ?, ?, ?)",
          fence.rows(),
          fence.view(),
          fence.run(),
          fence.after());
      if (!Long.valueOf(fence.run()).equals(owners.get(fence.rows()))) {
        Sql.update(
            connection,
            "UPDATE anabranch_progress SET position = NULL WHERE slice = ?",
            fence.rows());
      }
    }
  }

  private static List<Fence> fences(Connection connection, String view) throws SQLException {
    return Sql.list(
        connection,
        row ->
            new Fence(view, row.getLong("slice"), row.getLong("run"), row.getLong("after_epoch")),
        "SELECT * FROM anabranch_fence WHERE view = ?",
        view);
  }

  @Override
  public long nextId(IdKind kind) {
    return database.write(
        connection ->
            Sql.one(
                    connection,
                    row -> row.getLong(1),
                    "INSERT INTO anabranch_id VALUES (?, 1)"
                        + " ON CONFLICT (kind) DO UPDATE SET last = anabranch_id.last + 1"
                        + " RETURNING last",
                    kind.name())
                .orElseThrow());
  }

  @Override
  public Snapshot snapshot() {
    return new JdbcSnapshot(database.begin(), table, clock.instant());
  }
}
