/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import static java.util.Comparator.comparingLong;

import io.anabranch.api.spi.log.EpochContent;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.log.LogPosition;
import io.anabranch.api.spi.log.ReadProgress;
import io.anabranch.api.spi.store.Fence;
import io.anabranch.api.spi.store.ProgressStore;
import io.anabranch.api.spi.store.ReadReport;
import io.anabranch.api.spi.store.RunBeat;
import io.anabranch.api.spi.store.RunBeat.State;
import io.anabranch.api.spi.store.RunProgress;
import io.anabranch.connectors.jdbc.Transactions.Thing;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Runs, what they completed, and how far they have read. */
final class JdbcProgress implements ProgressStore {
  private static final String BEAT =
      """
      INSERT INTO anabranch_run (run, layer, started, seen, ended, suspended)
      VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (run) DO UPDATE SET seen = excluded.seen,
        ended = COALESCE(anabranch_run.ended, excluded.ended),
        suspended = anabranch_run.suspended OR excluded.suspended""";

  /** A run that looked earlier may report later. */
  private static final String LOG =
      """
      INSERT INTO anabranch_log VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (log) DO UPDATE SET position = excluded.position,
        closed_through = CASE WHEN excluded.closed_through > anabranch_log.closed_through
          THEN excluded.closed_through ELSE anabranch_log.closed_through END,
        first_epoch = CASE WHEN excluded.first_epoch < anabranch_log.first_epoch
          THEN excluded.first_epoch ELSE anabranch_log.first_epoch END,
        last_epoch = CASE WHEN excluded.last_epoch > anabranch_log.last_epoch
          THEN excluded.last_epoch ELSE anabranch_log.last_epoch END,
        trimmed_through = CASE WHEN excluded.trimmed_through > anabranch_log.trimmed_through
          THEN excluded.trimmed_through ELSE anabranch_log.trimmed_through END""";

  private static final String COMPLETE =
      """
      INSERT INTO anabranch_progress VALUES (?, ?, ?)
      ON CONFLICT (slice) DO UPDATE SET
        complete_through = CASE
          WHEN excluded.complete_through > anabranch_progress.complete_through
          THEN excluded.complete_through ELSE anabranch_progress.complete_through END,
        position = COALESCE(excluded.position, anabranch_progress.position)""";

  /** A run that does not fill it any more has ended. */
  private static final String READINGS =
      """
      SELECT r.*,
        (SELECT o.seen FROM anabranch_fence f JOIN anabranch_run o ON o.run = f.run
         WHERE f.slice = r.slice AND f.run = r.run AND o.ended IS NULL AND o.seen > ?) AS alive
      FROM anabranch_reading r""";

  private static final String RUNS =
      """
      SELECT r.*, (SELECT SUM(a.rows) FROM anabranch_activity a WHERE a.run = r.run) AS rows_written
      FROM anabranch_run r""";

  private final Transactions database;
  private final Clock clock;

  JdbcProgress(Transactions database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  @Override
  public void heartbeat(RunBeat beat) {
    long now = clock.millis();
    database.write(
        connection -> {
          List<Fence> held = held(connection, beat.fences());
          if (beat.log().isPresent()) {
            report(connection, beat.log().get());
          }
          if (beat.state() == State.SUSPENDED) {
            database.lock(connection, Thing.run(beat.run()));
          }
          Sql.update(
              connection,
              BEAT,
              beat.run(),
              beat.layer(),
              now,
              now,
              beat.state() == State.ENDED ? (Long) now : null,
              beat.state() == State.SUSPENDED);
          for (Fence fence : held) {
            remember(connection, fence, beat.contents());
          }
          return null;
        });
  }

  private List<Fence> held(Connection connection, Collection<Fence> fences) throws SQLException {
    List<Fence> held = new ArrayList<>();
    for (Fence fence : fences.stream().sorted(comparingLong(Fence::rows)).toList()) {
      Fences.held(database, connection, fence).ifPresent(held::add);
    }
    return held;
  }

  private void report(Connection connection, RunBeat.Log log) throws SQLException {
    database.lock(connection, Thing.log(log.id()));
    LogPosition before =
        Sql.one(
                connection,
                row -> LogPosition.parse(row.getString(1)),
                "SELECT position FROM anabranch_log WHERE log = ?",
                log.id())
            .orElse(LogPosition.START);
    LogEnd end = log.end();
    Sql.update(
        connection,
        LOG,
        log.id(),
        end.closedThrough(),
        end.firstEpoch(),
        end.lastEpoch(),
        end.position().merge(before).toString(),
        end.trimmedThrough());
  }

  private static void remember(Connection connection, Fence held, Collection<EpochContent> contents)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            INSERT INTO anabranch_epoch VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (slice, epoch) DO UPDATE SET position = excluded.position,
              parts = excluded.parts, bytes = excluded.bytes, checksum = excluded.checksum,
              closed = excluded.closed""")) {
      for (EpochContent content : contents) {
        if (content.epoch() > held.after()) {
          statement.setLong(1, held.rows());
          statement.setLong(2, content.epoch());
          statement.setString(3, content.position());
          statement.setLong(4, content.parts());
          statement.setLong(5, content.bytes());
          statement.setString(6, content.checksum());
          statement.setBoolean(7, content.closed());
          statement.addBatch();
        }
      }
      statement.executeBatch();
    }
  }

  @Override
  public boolean complete(Fence fence, long through, Optional<LogPosition> position) {
    return database.write(
        connection -> {
          Fences.require(database, connection, fence);
          if (Fences.isSuspended(database, connection, fence.run())) {
            return false;
          }
          Sql.update(
              connection,
              COMPLETE,
              fence.rows(),
              through,
              position.map(LogPosition::toString).orElse(null));
          return true;
        });
  }

  @Override
  public void report(Collection<ReadReport> reports) {
    Instant now = clock.instant();
    List<ReadReport> inOrder =
        reports.stream().sorted(comparingLong(report -> report.fence().rows())).toList();
    database.write(
        connection -> {
          for (ReadReport report : inOrder) {
            if (Fences.held(database, connection, report.fence()).isPresent()) {
              database.lock(connection, Thing.reading(report.fence().rows()));
              report(connection, report, now);
            }
          }
          return null;
        });
  }

  private static void report(Connection connection, ReadReport report, Instant now)
      throws SQLException {
    Fence fence = report.fence();
    record Before(long run, boolean bounded, ReadProgress progress) {}
    Optional<Before> before =
        Sql.one(
            connection,
            row -> new Before(row.getLong("run"), row.getBoolean("bounded"), progress(row)),
            "SELECT r.*, NULL AS alive FROM anabranch_reading r WHERE slice = ?",
            fence.rows());
    if (report instanceof ReadReport.Begun begun) {
      LogPosition earlier = before.map(each -> each.progress().reached()).orElse(LogPosition.START);
      store(connection, fence, begun.bounded(), ReadProgress.begun(begun.after(), earlier, now));
    } else if (before.isEmpty() || before.get().run() != fence.run()) {
      return; // what another run has read
    } else if (report instanceof ReadReport.Stored) {
      store(connection, fence, before.get().bounded(), before.get().progress().asStored());
    } else if (report instanceof ReadReport.Read read) {
      boolean bounded = before.get().bounded();
      store(connection, fence, bounded, before.get().progress().plus(read.more(), now, bounded));
    }
  }

  private static void store(
      Connection connection, Fence fence, boolean bounded, ReadProgress progress)
      throws SQLException {
    Sql.update(
        connection,
        """
        INSERT INTO anabranch_reading VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (slice) DO UPDATE SET run = excluded.run, bounded = excluded.bounded,
          after_epoch = excluded.after_epoch, through_epoch = excluded.through_epoch,
          bytes = excluded.bytes, records = excluded.records, position = excluded.position,
          earlier = excluded.earlier, since = excluded.since, at = excluded.at, stored = excluded.stored,
          recent_bytes = excluded.recent_bytes, recent_records = excluded.recent_records,
          recent_since = excluded.recent_since""",
        fence.rows(),
        fence.run(),
        bounded,
        progress.after(),
        progress.through(),
        progress.bytes(),
        progress.records(),
        progress.position().toString(),
        progress.earlier().toString(),
        progress.since().toEpochMilli(),
        progress.at().toEpochMilli(),
        progress.stored(),
        progress.recent().bytes(),
        progress.recent().records(),
        progress.recent().since().equals(Instant.MIN)
            ? null
            : (Long) progress.recent().since().toEpochMilli());
  }

  private static ReadProgress progress(ResultSet row) throws SQLException {
    return new ReadProgress(
        row.getLong("after_epoch"),
        row.getLong("through_epoch"),
        row.getLong("bytes"),
        row.getLong("records"),
        LogPosition.parse(row.getString("position")),
        LogPosition.parse(row.getString("earlier")),
        Instant.ofEpochMilli(row.getLong("since")),
        Instant.ofEpochMilli(row.getLong("at")),
        row.getBoolean("stored"),
        Sql.instant(row, "alive"),
        new ReadProgress.Recent(
            row.getLong("recent_bytes"),
            row.getLong("recent_records"),
            Sql.instant(row, "recent_since").orElse(Instant.MIN)));
  }

  @Override
  public void addWaits(long run, RunProgress.Waits waits) {
    database.write(
        connection ->
            Sql.update(
                connection,
                "UPDATE anabranch_run SET retries = retries + ?,"
                    + " wait_millis = wait_millis + ?, breaker_opened = breaker_opened + ?"
                    + " WHERE run = ?",
                waits.retries(),
                waits.waited().toMillis(),
                waits.breakerOpened(),
                run));
  }

  @Override
  public List<RunProgress> read(Collection<Long> runs) {
    String which =
        runs.isEmpty()
            ? ""
            : " WHERE r.run IN (" + String.join(", ", Collections.nCopies(runs.size(), "?")) + ")";
    return database.read(
        connection -> {
          Map<Long, Map<Long, ReadProgress>> readings = new TreeMap<>();
          Sql.each(
              connection,
              row ->
                  readings
                      .computeIfAbsent(row.getLong("run"), absent -> new TreeMap<>())
                      .put(row.getLong("slice"), progress(row)),
              READINGS + which,
              Stream.concat(Stream.of(aliveSince(clock.instant())), runs.stream()).toArray());
          return Sql.list(
              connection,
              row ->
                  new RunProgress(
                      row.getLong("run"),
                      row.getString("layer"),
                      Instant.ofEpochMilli(row.getLong("started")),
                      Instant.ofEpochMilli(row.getLong("seen")),
                      Sql.instant(row, "ended"),
                      row.getLong("rows_written"),
                      new RunProgress.Waits(
                          row.getLong("retries"),
                          Duration.ofMillis(row.getLong("wait_millis")),
                          row.getLong("breaker_opened")),
                      readings.getOrDefault(row.getLong("run"), Map.of())),
              RUNS + which,
              runs.toArray());
        });
  }

  /** Reads how far runs have read, by row set. */
  static Map<Long, ReadProgress> readings(Connection connection, Instant now) throws SQLException {
    Map<Long, ReadProgress> readings = new TreeMap<>();
    Sql.each(
        connection,
        row -> readings.put(row.getLong("slice"), progress(row)),
        READINGS,
        aliveSince(now));
    return readings;
  }

  private static long aliveSince(Instant now) {
    return now.minus(SILENCE).toEpochMilli();
  }
}
