/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog.document;

import io.anabranch.api.definition.Fingerprint;
import io.anabranch.api.spi.row.SqlMerge;
import java.time.Duration;
import java.util.Optional;

/**
 * A view as the catalog knows it.
 *
 * @param name its name
 * @param fingerprint the definition that its rows are made by
 * @param log the identity of the log that its rows are made from
 * @param epochLength the length of that log's epochs
 * @param merge how SQL merges its rows, empty if it cannot
 */
public record ViewRef(
    String name,
    Fingerprint fingerprint,
    String log,
    Duration epochLength,
    Optional<SqlMerge> merge) {
  /** A view whose rows SQL cannot merge. */
  public ViewRef(String name, Fingerprint fingerprint, String log, Duration epochLength) {
    this(name, fingerprint, log, epochLength, Optional.empty());
  }
}
