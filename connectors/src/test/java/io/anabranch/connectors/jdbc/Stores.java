/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.Fingerprint;
import io.anabranch.api.spi.LiveRow;
import io.anabranch.api.spi.ReadRequest;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.SliceRef;
import io.anabranch.api.spi.StoredRow;
import io.anabranch.api.spi.ViewRef;
import io.anabranch.api.spi.ViewStore;
import io.anabranch.api.spi.ViewStores;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Stores, references and rows for tests; a row's accumulator is a number. */
final class Stores {
  static final String VIEW = "views";
  static final ReadRequest ALL =
      new ReadRequest(VIEW, Optional.empty(), Optional.empty(), Set.of());

  private Stores() {}

  static Settings settings(Path file, String timeout) {
    return new Settings(Map.of("url", "jdbc:sqlite:" + file, "timeout", timeout));
  }

  static ViewStore open(Path file) {
    return ViewStores.open(settings(file, "10s"));
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

  private static String text(LiveRow row) {
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

  static long number(Path file, String sql) throws SQLException {
    try (Connection connection = plain(file);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      return result.getLong(1);
    }
  }
}
