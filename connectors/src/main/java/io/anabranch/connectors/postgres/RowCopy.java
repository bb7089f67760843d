/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.anabranch.connectors.jdbc.Sql;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.Optional;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.PGCopyOutputStream;

/**
 * Loads rows by {@code COPY}, in its binary format (PostgreSQL documentation, COPY, "Binary
 * Format"). A bundle that runs again copies rows that are there: then they go by a temporary table.
 */
final class RowCopy {
  private static final String UNIQUE_VIOLATION = "23505";
  private static final String COPY =
      "COPY %s (slice, " + RowArrays.COLUMNS + ") FROM STDIN (FORMAT binary)";
  private static final byte[] SIGNATURE = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0
  };
  private static final int COLUMNS = 11;
  private static final int BUFFER = 64 << 10;

  private RowCopy() {}

  /** Loads rows into a row set, within the transaction of the connection. */
  static void into(Connection connection, long rows, RowArrays arrays) throws SQLException {
    Savepoint before = connection.setSavepoint();
    try {
      copy(connection, "anabranch_row", rows, arrays);
      connection.releaseSavepoint(before);
    } catch (SQLException e) {
      if (!UNIQUE_VIOLATION.equals(e.getSQLState())) {
        throw e;
      }
      connection.rollback(before);
      Sql.update(
          connection,
          "CREATE TEMPORARY TABLE anabranch_copied (LIKE anabranch_row) ON COMMIT DROP");
      copy(connection, "anabranch_copied", rows, arrays);
      Sql.update(
          connection,
          "INSERT INTO anabranch_row SELECT * FROM anabranch_copied"
              + " ORDER BY key_text, bucket, length, key, epoch "
              + RowArrays.ON_CONFLICT);
    }
  }

  private static void copy(Connection connection, String table, long rows, RowArrays arrays)
      throws SQLException {
    PGCopyOutputStream copy =
        new PGCopyOutputStream(
            connection.unwrap(PGConnection.class), COPY.formatted(table), BUFFER);
    try {
      DataOutputStream out = new DataOutputStream(new BufferedOutputStream(copy, BUFFER));
      out.write(SIGNATURE);
      out.writeInt(0); // flags
      out.writeInt(0); // length of the extension
      for (RowArrays.Keyed each : arrays.rows()) {
        write(out, rows, each);
      }
      out.writeShort(-1); // the end
      out.flush();
      copy.endCopy();
    } catch (IOException e) {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
      throw e.getCause() instanceof SQLException cause ? cause : new SQLException(e);
    }
  }

  private static void write(DataOutputStream out, long rows, RowArrays.Keyed each)
      throws IOException {
    StoredKey key = each.key();
    out.writeShort(COLUMNS);
    number(out, rows);
    number(out, each.row().bucket());
    number(out, each.row().length());
    number(out, each.row().epoch());
    number(out, each.row().contributions());
    text(out, Optional.of(key.text()));
    bytes(out, key.key());
    bytes(out, each.row().accumulator());
    text(out, key.wholeText());
    bytes(out, key.wholeKey().orElse(null));
    text(out, each.row().part());
  }

  private static void number(DataOutputStream out, long value) throws IOException {
    out.writeInt(Long.BYTES);
    out.writeLong(value);
  }

  private static void text(DataOutputStream out, Optional<String> value) throws IOException {
    bytes(out, value.map(text -> text.getBytes(UTF_8)).orElse(null));
  }

  private static void bytes(DataOutputStream out, byte @Nullable [] value) throws IOException {
    if (value == null) {
      out.writeInt(-1);
    } else {
      out.writeInt(value.length);
      out.write(value);
    }
  }
}
