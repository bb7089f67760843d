/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.store;

import io.anabranch.api.EpochRange;
import io.anabranch.api.spi.row.LiveHead;
import io.anabranch.api.spi.row.LiveRow;
import io.anabranch.api.spi.row.RowQuery;
import io.anabranch.api.spi.row.StoredRow;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Consumer;

/** Rows, in row sets. Rows come in any order; the store sorts them. */
public interface RowStore {
  /** Which rows of a run that was {@linkplain RunBeat.State#SUSPENDED suspended} are written. */
  enum Suspension {
    /** All: a row that is too small now is replaced later, as it folds fewer contributions. */
    IGNORED,
    /** None: a window that is emitted now may lack events, and nothing would replace it. */
    RESPECTED
  }

  /**
   * Writes rows in one transaction; readers of a live slice see them when it returns. A row
   * replaces one of the same key, bucket, length and epoch only if it folds no fewer contributions.
   * Rows at or below {@link Fence#after} are ignored.
   *
   * @throws FencedException if the run does not hold the fence until this commits
   */
  void write(Fence fence, Collection<StoredRow> rows, Suspension suspension);

  /**
   * Fills a row set that no reader sees with many rows, as fast as the store can. A row may come
   * twice, with equal contents. The call may take several transactions.
   *
   * @throws FencedException if the run does not hold the fence
   */
  void fill(Fence fence, Collection<StoredRow> rows);

  /**
   * Reads live rows of a view, in constant memory, and what they belong to; all of one moment.
   *
   * @return empty if the view has no document
   */
  Optional<LiveHead> readLive(RowQuery query, Consumer<LiveRow> rows);

  /**
   * Deletes some rows of a row set; concurrent readers keep what they see.
   *
   * @param epochs of which rows are deleted; nobody may write to them any more
   * @param most how many rows at most
   * @return how many rows were deleted; fewer than {@code most} if none are left
   */
  long delete(long rows, EpochRange epochs, int most);
}
