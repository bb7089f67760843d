/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.store;

import io.anabranch.api.spi.log.EpochContent;
import io.anabranch.api.spi.row.SliceRange;
import io.anabranch.api.spi.row.SliceStats;
import io.anabranch.api.spi.row.StoredRow;
import java.util.Collection;
import java.util.List;
import java.util.function.ObjIntConsumer;

/** One moment of all that is stored, until it is closed. One thread uses it at a time. */
public interface Snapshot extends AutoCloseable {
  /** Returns the documents of some views and all progress; of all views if none is named. */
  CatalogState catalog(Collection<String> views);

  /**
   * Reads the rows of several slices, in constant memory. Rows of one key, bucket and length come
   * one after another, also those of different slices.
   *
   * @param rows gets each row with the index of its slice in the list
   */
  void scan(List<SliceRange> slices, ObjIntConsumer<StoredRow> rows);

  /** Returns what a slice holds. */
  SliceStats stats(SliceRange slice);

  /** Returns what the log held of the epochs that slices were computed from, by epoch. */
  List<EpochContent> contents(List<SliceRange> slices);

  @Override
  void close();
}
