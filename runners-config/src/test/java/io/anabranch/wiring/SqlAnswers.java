/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.Answer;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.serving.Query;
import io.anabranch.serving.ViewReader;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Compares what an SQL view says with what a reader answers. */
final class SqlAnswers {
  private static final DateTimeFormatter UTC =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS").withZone(ZoneOffset.UTC);

  private SqlAnswers() {}

  /** Compares all rows of a view whose values are numbers, if SQL can merge them. */
  static void check(
      String scenario,
      Settings settings,
      ViewStore store,
      ViewDefinition<?, String, ?, ?, Long> view) {
    if (view.sqlMerge().isPresent()) {
      boolean windowed = view.timeliness().isPresent();
      List<String> expected =
          ViewReader.of(store, view).read(Query.all()).rows().stream()
              .map(row -> text(row, windowed))
              .sorted(Comparator.naturalOrder())
              .toList();
      assertThat(
          scenario + ", SQL view of " + view.name(),
          rows(settings.get("url").orElseThrow(), view.name()),
          is(expected));
    }
  }

  private static String text(Answer.Row<String, Long> row, boolean windowed) {
    return row(
        time(row.bucket().orElseThrow().start()),
        windowed ? time(row.bucket().orElseThrow().end()) : null,
        row.key(),
        row.value(),
        row.batch().orElse(null),
        row.speed().orElse(null),
        windowed ? row.value().toString() : null);
  }

  private static String time(Instant time) {
    return UTC.format(time);
  }

  private static String row(Object... columns) {
    List<String> texts = new ArrayList<>();
    for (Object column : columns) {
      texts.add(String.valueOf(column));
    }
    return String.join(" | ", texts);
  }

  /** Returns the rows of an SQL view, in the order of their texts. */
  private static List<String> rows(String url, String view) {
    boolean postgres = url.startsWith("jdbc:postgresql:");
    String time = postgres ? "to_char(%s, 'YYYY-MM-DD HH24:MI:SS.MS')" : "%s";
    String query =
        "SELECT %s, %s, key, value, batch, speed, value_json FROM %sanswer_%s"
            .formatted(
                time.formatted("bucket_utc"),
                time.formatted("window_end_utc"),
                postgres ? "anabranch." : "",
                view);
    List<String> rows = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      while (result.next()) {
        Object[] columns = new Object[7];
        for (int i = 0; i < columns.length; i++) {
          columns[i] = result.getString(i + 1);
        }
        rows.add(row(columns));
      }
    } catch (SQLException e) {
      throw new AssertionError("SQL view of " + view + ": " + e.getMessage(), e);
    }
    rows.sort(Comparator.naturalOrder());
    return rows;
  }
}
