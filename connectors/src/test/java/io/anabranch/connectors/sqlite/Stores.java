/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.Fingerprint;
import io.anabranch.api.spi.DeadLetter;
import io.anabranch.api.spi.LiveRow;
import io.anabranch.api.spi.LiveState.LiveSlice;
import io.anabranch.api.spi.ReadRequest;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.SliceRef;
import io.anabranch.api.spi.StoredRow;
import io.anabranch.api.spi.ViewRef;
import io.anabranch.api.spi.ViewStatus.Slice;
import io.anabranch.api.spi.ViewStatus.Version;
import io.anabranch.api.spi.ViewStore;
import io.anabranch.api.spi.ViewStores;
import io.anabranch.catalog.CatalogViewStore;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Stores, references and rows for tests; a row's accumulator is a number. */
final class Stores {
  static final String VIEW = "views";
  static final ReadRequest ALL = all(VIEW);

  private Stores() {}

  static ReadRequest all(String view) {
    return new ReadRequest(view, Optional.empty(), Optional.empty(), Set.of(), Optional.empty());
  }

  static Settings settings(Path file, String timeout) {
    return new Settings(Map.of("url", "jdbc:sqlite:" + file, "timeout", timeout));
  }

  static ViewStore open(Path file) {
    return ViewStores.open(settings(file, "10s"));
  }

  /** Opens a store at whose clock the test looks, too. */
  static ViewStore open(Path file, Clock clock) {
    Database database = Database.open("jdbc:sqlite:" + file, Duration.ofSeconds(10));
    return new CatalogViewStore(new SqliteStorage(database, clock), clock);
  }

  static ViewRef ref(String view, int revision) {
    return ref(view, revision, "log-a");
  }

  static ViewRef ref(String view, int revision, String log) {
    return new ViewRef(
        view,
        new Fingerprint(Map.of("revision", Integer.toString(revision))),
        log,
        Duration.ofHours(1));
  }

  /** One row of one contribution; the bucket is in minutes. */
  static StoredRow row(long epoch, long bucket, String key, long value) {
    return row(epoch, bucket, key, value, 1);
  }

  static StoredRow row(long epoch, long bucket, String key, long value, long contributions) {
    byte[] accumulator = ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    return new StoredRow(
        epoch, bucket * 60_000, key.getBytes(UTF_8), key, accumulator, contributions);
  }

  /** Opens, writes and promotes a batch slice of revision 1 of {@link #VIEW}. */
  static SliceRef batch(ViewStore store, long through, StoredRow... rows) {
    SliceRef slice =
        store.openBatchSlice(
            store.beginRun("batch"), ref(VIEW, 1), new EpochRange(Epochs.NONE, through));
    store.write(slice, List.of(rows));
    store.promote(List.of(slice));
    return slice;
  }

  /** Opens and writes a slice that continues the batch version of {@link #VIEW}. */
  static SliceRef openNext(ViewStore store, long after, long through, StoredRow... rows) {
    SliceRef slice =
        store.openBatchSlice(store.beginRun("batch"), ref(VIEW, 1), new EpochRange(after, through));
    store.write(slice, List.of(rows));
    return slice;
  }

  /** Opens, writes and promotes a slice that continues the batch version of {@link #VIEW}. */
  static SliceRef next(ViewStore store, long after, long through, StoredRow... rows) {
    SliceRef slice = openNext(store, after, through, rows);
    store.promote(List.of(slice));
    return slice;
  }

  /**
   * Writes letters of what answers for {@link #VIEW}, and makes something answer if nothing does.
   */
  static void letters(ViewStore store, List<DeadLetter> letters) {
    if (store.pointer(VIEW).isEmpty()) {
      batch(store, 0);
    }
    long version = store.pointer(VIEW).orElseThrow().base().orElseThrow();
    store.writeDeadLetters(
        Stream.of(VIEW, "other").map(view -> new SliceRef(view, version, 0, 0, 0)).toList(),
        letters);
  }

  static SliceRef speed(ViewStore store, StoredRow... rows) {
    SliceRef slice =
        store.openStreamSlice(store.beginRun("speed"), ref(VIEW, 1), Architecture.LAMBDA);
    store.write(slice, List.of(rows));
    return slice;
  }

  /** Opens a fold of slices and fills it, by addition; it is still hidden. */
  static SliceRef fold(ViewStore store, long through, List<Long> slices) {
    SliceRef fold = store.openFold(store.beginRun("compact"), ref(VIEW, 1), slices);
    Map<String, StoredRow> sums = new LinkedHashMap<>();
    store.scan(
        slices,
        row ->
            sums.merge(
                row.bucket() + " " + row.keyText(),
                row(through, row.bucket() / 60_000, row.keyText(), value(row), row.contributions()),
                (a, b) ->
                    row(
                        through,
                        a.bucket() / 60_000,
                        a.keyText(),
                        value(a) + value(b),
                        a.contributions() + b.contributions())));
    store.write(fold, sums.values());
    return fold;
  }

  /** Numbers of the slices that answer as batch version of a view, in their order. */
  static List<Long> liveSlices(ViewStore store, String view) {
    return versions(store, view)
        .filter(version -> version.live() && !version.kind().equals("speed"))
        .flatMap(version -> version.slices().stream())
        .filter(Slice::visible)
        .map(Slice::slice)
        .toList();
  }

  /**
   * The slices of {@link #VIEW} as text: {@code live batch (.., 5] shown, 2 rows}; a slice is
   * hidden before it is promoted, and after it was folded.
   */
  static List<String> catalog(ViewStore store) {
    List<String> slices = new ArrayList<>();
    versions(store, VIEW)
        .forEach(
            version -> {
              for (Slice slice : version.slices()) {
                slices.add(
                    String.format(
                        "%s%s %s %s, %d rows",
                        version.live() ? "live " : "",
                        version.kind(),
                        slice.epochs(),
                        slice.visible() ? "shown" : "hidden",
                        slice.rows()));
              }
            });
    return slices;
  }

  private static Stream<Version> versions(ViewStore store, String view) {
    return store.status().stream()
        .filter(status -> status.pointer().view().equals(view))
        .flatMap(status -> status.versions().stream());
  }

  /** Adds the rows of an answer up: {@code 0 a=3} is bucket 0, key a, 3 in all layers. */
  static List<String> totals(ViewStore store) {
    Map<String, Long> totals = new TreeMap<>();
    store.read(
        ALL,
        row ->
            totals.merge(
                row.bucket() / 60_000 + " " + new String(row.key(), UTF_8), value(row), Long::sum));
    return totals.entrySet().stream().map(Map.Entry::toString).toList();
  }

  /** Reads rows as text: {@code batch 0 a=1} is bucket 0, key a, value 1 of the batch layer. */
  static List<String> read(ViewStore store, ReadRequest request) {
    List<String> rows = new ArrayList<>();
    store.read(request, row -> rows.add(text(row)));
    rows.sort(null);
    return rows;
  }

  static List<String> read(ViewStore store) {
    return read(store, ALL);
  }

  static long value(LiveRow row) {
    return ByteBuffer.wrap(row.accumulator()).getLong();
  }

  static long value(StoredRow row) {
    return ByteBuffer.wrap(row.accumulator()).getLong();
  }

  static String text(LiveRow row) {
    return String.format(
        "%s %d %s=%d",
        row.speed() ? "speed" : "batch",
        row.bucket() / 60_000,
        new String(row.key(), UTF_8),
        value(row));
  }

  /** Another process, as far as the database can tell. */
  static Connection plain(Path file) throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + file);
  }

  static void execute(Connection connection, String... statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** Makes it an error to remove a row of a slice that a run may still write or promote. */
  static void requireFences(Path file) throws SQLException {
    try (Connection connection = plain(file)) {
      execute(
          connection,
          "CREATE TRIGGER fenced BEFORE DELETE ON anabranch_row"
              + " WHEN EXISTS (SELECT 1 FROM anabranch_fence WHERE slice = OLD.slice"
              + " AND after_epoch < OLD.epoch)"
              + " BEGIN SELECT RAISE(ABORT, 'a row was removed before its slice was fenced'); END");
    }
  }

  static long number(Path file, String sql) throws SQLException {
    try (Connection connection = plain(file);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      return result.getLong(1);
    }
  }

  /** Slices without what they say of their runs. */
  static List<LiveSlice> withoutRuns(List<LiveSlice> slices) {
    return slices.stream()
        .map(
            slice ->
                new LiveSlice(
                    slice.speed(),
                    slice.epochs(),
                    slice.completeThrough(),
                    slice.updated(),
                    Optional.empty(),
                    Optional.empty()))
        .toList();
  }
}
