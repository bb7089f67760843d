/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.benchmarks.peers;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.sink.RichSinkFunction;

/**
 * Writes rows in transactions of 10,000. Flink's {@code JdbcSink} commits each row by itself where
 * a driver does not join them, as SQLite's does not.
 */
final class TableSink extends RichSinkFunction<Tuple3<String, Long, Long>>
    implements CheckpointedFunction {
  private static final long serialVersionUID = 1;
  private static final int ROWS_OF_A_BATCH = 10_000;

  private final String url;
  private transient Connection connection;
  private transient PreparedStatement upsert;
  private transient int waiting;

  TableSink(String url) {
    this.url = url;
  }

  @Override
  public void open(Configuration parameters) throws SQLException {
    connection = DriverManager.getConnection(url);
    connection.setAutoCommit(false);
    upsert = connection.prepareStatement(PageViewsTable.UPSERT);
  }

  @Override
  public void invoke(Tuple3<String, Long, Long> row, Context context) throws SQLException {
    PageViewsTable.set(upsert, new PageViews(row.f0, row.f1, row.f2));
    upsert.addBatch();
    waiting++;
    if (waiting == ROWS_OF_A_BATCH) {
      flush();
    }
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws SQLException {
    flush();
  }

  @Override
  public void initializeState(FunctionInitializationContext context) {}

  @Override
  public void finish() throws SQLException {
    flush();
  }

  @Override
  public void close() throws SQLException {
    if (connection != null) {
      connection.close();
    }
  }

  private void flush() throws SQLException {
    upsert.executeBatch();
    connection.commit();
    waiting = 0;
  }
}
