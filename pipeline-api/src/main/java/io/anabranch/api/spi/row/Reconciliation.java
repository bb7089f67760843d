/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.row;

import io.anabranch.api.EpochRange;
import java.time.Instant;
import java.util.Optional;

/**
 * A comparison of a batch slice with the rows that were live for the same epochs before it.
 *
 * @param view the view's name
 * @param run the batch run
 * @param epochs the epochs
 * @param at when
 * @param result what the comparison found; it holds no rows if nothing was compared
 * @param skipped why nothing was compared, empty if it was
 */
public record Reconciliation(
    String view,
    long run,
    EpochRange epochs,
    Instant at,
    RowDifferences result,
    Optional<String> skipped) {}
