/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.store;

/**
 * What stores views. It knows rows, documents and numbers, but no rule of versions. Thread-safe.
 * Several processes may open one store at once.
 *
 * <p>Each method throws {@link StoreException} if the store fails.
 */
public interface ViewStore extends AutoCloseable {
  /** Returns the documents of views. */
  CatalogStore catalog();

  /** Returns the rows. */
  RowStore rows();

  /** Returns the progress of runs. */
  ProgressStore progress();

  /** Returns the records that were set aside. */
  DeadLetterStore deadLetters();

  /** Returns the reconciliations. */
  ReportStore reports();

  @Override
  void close();
}
