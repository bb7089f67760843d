/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.sqlite;

import io.anabranch.api.spi.store.CatalogStore;
import io.anabranch.api.spi.store.DeadLetterStore;
import io.anabranch.api.spi.store.ProgressStore;
import io.anabranch.api.spi.store.ReportStore;
import io.anabranch.api.spi.store.RowStore;
import io.anabranch.api.spi.store.Storage;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicBoolean;

/** A store in one SQLite file. */
final class SqliteStorage implements Storage {
  private final Database database;
  private final CatalogStore catalog;
  private final RowStore rows;
  private final ProgressStore progress;
  private final DeadLetterStore deadLetters;
  private final ReportStore reports;
  private final AtomicBoolean closed = new AtomicBoolean();

  SqliteStorage(Database database, Clock clock) {
    this.database = database;
    this.catalog = new SqliteCatalog(database, clock);
    this.rows = new SqliteRows(database, clock);
    this.progress = new SqliteProgress(database, clock);
    this.deadLetters = new SqliteDeadLetters(database);
    this.reports = new SqliteReports(database);
  }

  @Override
  public CatalogStore catalog() {
    return catalog;
  }

  @Override
  public RowStore rows() {
    return rows;
  }

  @Override
  public ProgressStore progress() {
    return progress;
  }

  @Override
  public DeadLetterStore deadLetters() {
    return deadLetters;
  }

  @Override
  public ReportStore reports() {
    return reports;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) { // the database counts its users
      database.close();
    }
  }
}
