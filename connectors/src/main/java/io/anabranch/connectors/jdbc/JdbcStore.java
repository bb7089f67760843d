/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import io.anabranch.api.spi.store.CatalogStore;
import io.anabranch.api.spi.store.DeadLetterStore;
import io.anabranch.api.spi.store.ProgressStore;
import io.anabranch.api.spi.store.ReportStore;
import io.anabranch.api.spi.store.RowStore;
import io.anabranch.api.spi.store.ViewStore;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicBoolean;

/** A store in one database. */
public final class JdbcStore implements ViewStore {
  private final Transactions database;
  private final CatalogStore catalog;
  private final RowStore rows;
  private final ProgressStore progress;
  private final DeadLetterStore deadLetters;
  private final ReportStore reports;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * Opens one.
   *
   * @param database is closed with the store
   */
  public <R extends RowStore & RowTable> JdbcStore(Transactions database, R rows, Clock clock) {
    this.database = database;
    this.catalog = new JdbcCatalog(database, rows, clock);
    this.rows = rows;
    this.progress = new JdbcProgress(database, clock);
    this.deadLetters = new JdbcDeadLetters(database);
    this.reports = new JdbcReports(database);
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
