/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.store;

import io.anabranch.api.spi.log.ReadProgress;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Documents and progress of one moment.
 *
 * @param entries the documents by the names of their views, without views that have none
 * @param progress the last complete epoch by the numbers of row sets, without row sets of which no
 *     epoch was completed
 * @param readings how far runs have read the log, by the numbers of row sets
 */
public record CatalogState(
    Map<String, Entry> entries, Map<Long, Long> progress, Map<Long, ReadProgress> readings) {

  /** Copies the maps. */
  public CatalogState {
    entries = Map.copyOf(entries);
    progress = Map.copyOf(progress);
    readings = Map.copyOf(readings);
  }

  /**
   * A document.
   *
   * @param revision grows by one with each change, from 1
   * @param document the text that was committed
   */
  public record Entry(long revision, String document) {}

  /** Returns the last complete epoch of a row set, empty if none was completed. */
  public OptionalLong completeThrough(long rows) {
    Long through = progress.get(rows);
    return through == null ? OptionalLong.empty() : OptionalLong.of(through);
  }
}
