/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.postgres;

import io.anabranch.api.spi.store.StoreException;
import io.anabranch.api.spi.store.StoreException.Code;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Map;

/**
 * What errors of the server mean, by their SQLSTATE (PostgreSQL documentation, appendix A), or by
 * its class, the first two characters.
 */
final class PostgresErrors {
  private record Meaning(Code code, String text) {}

  private static final Map<String, Meaning> MEANINGS =
      Map.ofEntries(
          Map.entry("08", new Meaning(Code.UNREACHABLE, "cannot be reached")),
          Map.entry("57P", new Meaning(Code.UNREACHABLE, "is starting or stopping")),
          Map.entry("53300", new Meaning(Code.UNREACHABLE, "has no connection left")),
          Map.entry("28", new Meaning(Code.DENIED, "refuses this user or this password")),
          Map.entry("3D000", new Meaning(Code.DENIED, "has no database of this name")),
          Map.entry("42501", new Meaning(Code.READ_ONLY, "denies this user a right")),
          Map.entry("25006", new Meaning(Code.READ_ONLY, "is read only")),
          Map.entry("53100", new Meaning(Code.FULL, "cannot grow, as the disk is full")),
          Map.entry("55P03", new Meaning(Code.LOCKED, "was locked for longer than its timeout")),
          Map.entry("40", new Meaning(Code.LOCKED, "was locked by others who waited for this one")),
          Map.entry("42P01", new Meaning(Code.UNREADABLE, "lacks a table")),
          Map.entry("23", new Meaning(Code.ROW_REFUSED, "does not take a value")),
          Map.entry("22", new Meaning(Code.ROW_REFUSED, "does not take a value")),
          Map.entry("54", new Meaning(Code.ROW_REFUSED, "does not take a value of this size")));

  private PostgresErrors() {}

  static StoreException explain(String url, SQLException error) {
    SQLException cause = innermost(error);
    Meaning meaning = meaning(cause);
    return new StoreException(
        meaning.code(),
        "the store %s %s: %s".formatted(url, meaning.text(), cause.getMessage()),
        error);
  }

  private static Meaning meaning(SQLException error) {
    String state = String.valueOf(error.getSQLState());
    for (int length = state.length(); length >= 2; length--) {
      Meaning meaning = MEANINGS.get(state.substring(0, length));
      if (meaning != null) {
        return meaning;
      }
    }
    return error instanceof SQLTransientConnectionException
        ? new Meaning(Code.LOCKED, "has too many readers in this process")
        : new Meaning(Code.FAILED, "failed");
  }

  /** The pool wraps errors of new connections, and a batch those of its statements. */
  private static SQLException innermost(SQLException error) {
    SQLException found = error;
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql && sql.getSQLState() != null) {
        found = sql;
      }
    }
    return found;
  }
}
