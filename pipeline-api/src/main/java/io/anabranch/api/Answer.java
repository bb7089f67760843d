/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api;

import java.util.List;
import java.util.Optional;

/**
 * What a view says, merged from all layers, and where it comes from.
 *
 * @param rows the merged rows, ordered by bucket, then by the text of the key, unless a query asks
 *     for another order
 * @param provenance what the rows were merged from
 * @param <K> the key of a row
 * @param <O> the value of a row
 */
public record Answer<K, O>(List<Row<K, O>> rows, Provenance provenance) {

  /** Copies the rows. */
  public Answer {
    rows = List.copyOf(rows);
  }

  /**
   * One merged row.
   *
   * @param bucket the bucket, empty if the row is the total of a range
   * @param batch the value from the batch (or Kappa) version alone, empty if it holds nothing here
   * @param speed the value from the speed layer alone, empty if it holds nothing here
   * @param <K> the key
   * @param <O> the value
   */
  public record Row<K, O>(
      K key, Optional<Bucket> bucket, O value, Optional<O> batch, Optional<O> speed) {}
}
