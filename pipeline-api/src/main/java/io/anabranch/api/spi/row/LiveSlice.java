/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.row;

import java.util.Optional;

/**
 * A slice that readers see, as a store keeps it beside the document of a view: reads join it with
 * the rows, and people can query it.
 *
 * @param range the row set and the epochs
 * @param speed whether it is of the speed layer
 * @param version its version
 * @param log the identity of the log that it is computed from
 * @param minBucket rows of smaller bucket starts are not in it; {@link Long#MIN_VALUE} if unknown
 * @param maxBucket rows of larger bucket starts are not in it; {@link Long#MAX_VALUE} if unknown
 * @param merge how SQL merges its rows, empty if it cannot
 */
public record LiveSlice(
    SliceRange range,
    boolean speed,
    long version,
    String log,
    long minBucket,
    long maxBucket,
    Optional<SqlMerge> merge) {}
