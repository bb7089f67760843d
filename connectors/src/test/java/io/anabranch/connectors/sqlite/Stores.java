/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.definition.Fingerprint;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.api.spi.row.LiveRow;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.Fence;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.api.spi.store.ViewStores;
import io.anabranch.catalog.ReadRequest;
import io.anabranch.catalog.ViewStatus;
import io.anabranch.catalog.document.Slice;
import io.anabranch.catalog.document.Version;
import io.anabranch.catalog.document.VersionKind;
import io.anabranch.catalog.document.ViewCatalog;
import io.anabranch.catalog.document.ViewRef;
import io.anabranch.connectors.jdbc.JdbcStore;
import io.anabranch.contracts.store.TestStore;
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
  static final ReadRequest ALL =
      new ReadRequest(Optional.empty(), Optional.empty(), Set.of(), Optional.empty());

  private Stores() {}

  static Settings settings(Path file, String timeout) {
    return new Settings(Map.of("url", "jdbc:sqlite:" + file, "timeout", timeout));
  }

  /**
   * Returns what a store with {@code settings(file, "50ms")} says while another process locks it.
   */
  static String locked(Path file) {
    return "the store jdbc:sqlite:%s is locked by another process, for longer than its timeout of 50ms"
        .formatted(file);
  }

  static TestStore open(Path file) {
    return new TestStore(ViewStores.open(settings(file, "10s")), Clock.systemUTC());
  }

  /** Opens a store at whose clock the test looks, too. */
  static TestStore open(Path file, Clock clock) {
    Database database = Database.open("jdbc:sqlite:" + file, Duration.ofSeconds(10));
    return new TestStore(new JdbcStore(database, new SqliteRows(database, clock), clock), clock);
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
  static OpenSlice batch(TestStore store, long through, StoredRow... rows) {
    OpenSlice slice =
        store.openBatch(
            store.beginRun("batch"), ref(VIEW, 1), new EpochRange(Epochs.NONE, through));
    store.write(slice, List.of(rows));
    store.publish(List.of(slice));
    return slice;
  }

  /** Opens and writes a slice that continues the batch version of {@link #VIEW}. */
  static OpenSlice openNext(TestStore store, long after, long through, StoredRow... rows) {
    OpenSlice slice =
        store.openBatch(store.beginRun("batch"), ref(VIEW, 1), new EpochRange(after, through));
    store.write(slice, List.of(rows));
    return slice;
  }

  /** Opens, writes and promotes a slice that continues the batch version of {@link #VIEW}. */
  static OpenSlice next(TestStore store, long after, long through, StoredRow... rows) {
    OpenSlice slice = openNext(store, after, through, rows);
    store.publish(List.of(slice));
    return slice;
  }

  /**
   * Writes letters of the live version for {@link #VIEW}, and makes something answer if nothing
   * does.
   */
  static void letters(TestStore store, List<DeadLetter> letters) {
    if (store.live(VIEW).isEmpty()) {
      batch(store, 9);
    }
    long version = store.live(VIEW).orElseThrow().base().orElseThrow();
    long generation = store.requireVersion(version).version().generation();
    store.writeDeadLetters(Map.of(VIEW, generation, "other", generation), letters);
  }

  /** The slice as another run would have it, which does not own it. */
  static OpenSlice stolen(OpenSlice slice) {
    return new OpenSlice(
        slice.version(),
        new Fence(slice.view(), slice.rows(), slice.run() + 1, slice.after()),
        slice.epochs(),
        slice.generation());
  }

  static OpenSlice speed(TestStore store, StoredRow... rows) {
    OpenSlice slice = store.openStream(store.beginRun("speed"), ref(VIEW, 1), Architecture.LAMBDA);
    store.write(slice, List.of(rows));
    return slice;
  }

  /** Opens a fold of slices and fills it, by addition; it is still hidden. */
  static OpenSlice fold(TestStore store, long through, List<Long> slices) {
    OpenSlice fold = store.openCompaction(store.beginRun("compact"), ref(VIEW, 1), slices);
    Map<String, StoredRow> sums = new LinkedHashMap<>();
    store.scan(
        VIEW,
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
  static List<Long> liveSlices(TestStore store, String view) {
    return status(store, view)
        .flatMap(status -> status.state().catalog().live().stream())
        .filter(version -> version.kind() != VersionKind.SPEED)
        .flatMap(Version::shown)
        .map(Slice::rows)
        .toList();
  }

  /**
   * The slices of {@link #VIEW} as text: {@code live batch (.., 5] shown, 2 rows}; a slice is
   * hidden before it is promoted, and after it was folded.
   */
  static List<String> catalog(TestStore store) {
    List<String> slices = new ArrayList<>();
    for (ViewStatus status : status(store, VIEW).toList()) {
      ViewCatalog catalog = status.state().catalog();
      for (Version version : catalog.versions()) {
        for (Slice slice : version.slices()) {
          slices.add(
              String.format(
                  "%s%s %s %s, %d rows",
                  catalog.live().contains(version) ? "live " : "",
                  version.kind().word(),
                  slice.epochs(),
                  slice.isShown() ? "shown" : "hidden",
                  status.rows(slice)));
        }
      }
    }
    return slices;
  }

  private static Stream<ViewStatus> status(TestStore store, String view) {
    return store.status().stream().filter(status -> status.state().view().equals(view));
  }

  /** Adds the rows of an answer up: {@code 0 a=3} is bucket 0, key a, 3 in all layers. */
  static List<String> totals(TestStore store) {
    Map<String, Long> totals = new TreeMap<>();
    store.read(
        VIEW,
        ALL,
        row ->
            totals.merge(
                row.bucket() / 60_000 + " " + new String(row.key(), UTF_8), value(row), Long::sum));
    return totals.entrySet().stream().map(Map.Entry::toString).toList();
  }

  /** Reads rows as text: {@code batch 0 a=1} is bucket 0, key a, value 1 of the batch layer. */
  static List<String> read(TestStore store, ReadRequest request) {
    return read(store, VIEW, request);
  }

  /** Reads all of a view. */
  static List<String> read(TestStore store, String view) {
    return read(store, view, ALL);
  }

  private static List<String> read(TestStore store, String view, ReadRequest request) {
    List<String> rows = new ArrayList<>();
    store.read(view, request, row -> rows.add(text(row)));
    rows.sort(null);
    return rows;
  }

  static List<String> read(TestStore store) {
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
}
