/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog.document;

import io.anabranch.api.spi.row.SliceRange;
import java.time.Instant;

/**
 * Rows that no slice names any more. No transition names them again, so they may be deleted.
 *
 * @param range the rows
 * @param since when readers could last see them, {@link Instant#EPOCH} if they never could
 */
public record Trash(SliceRange range, Instant since) {}
