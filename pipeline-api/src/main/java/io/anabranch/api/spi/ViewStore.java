/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi;

import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Rows and catalog of all views. One object may be used by several threads; each method is one
 * transaction.
 *
 * <p>A version is a list of {@linkplain SliceRef slices}; the live pointer of a view says which
 * versions answer, and through which epoch the batch version reaches. Every method throws {@link
 * io.anabranch.api.UserException} if the store cannot be reached or is locked by someone else for
 * longer than its timeout.
 */
public interface ViewStore extends AutoCloseable {

  /** Registers a run and returns its number, larger than that of every run before it. */
  long beginRun(String layer);

  /** Returns the live pointer of a view, if anything of it was ever promoted or started. */
  Optional<LivePointer> pointer(String view);

  /**
   * Makes a new batch version of each view, or of none, each with one slice that no reader sees
   * until it is {@linkplain #promote promoted}.
   *
   * @return the slices, in the order of the views
   * @throws io.anabranch.api.UserException if the store serves a view in another architecture or
   *     from another log
   */
  List<SliceRef> openBatchSlices(long run, List<ViewRef> views, EpochRange epochs);

  /** Makes a new batch version of one view; see {@link #openBatchSlices}. */
  default SliceRef openBatchSlice(long run, ViewRef view, EpochRange epochs) {
    return openBatchSlices(run, List.of(view), epochs).get(0);
  }

  /**
   * Makes the slices the live ones of their views, all or none.
   *
   * @throws io.anabranch.api.UserException if the pointer of a view is no longer what it was when
   *     the slice was opened, or would move backwards
   */
  void promote(Collection<SliceRef> slices);

  /**
   * Takes over the slices that follow the log, as speed layer ({@code LAMBDA}) or live version
   * ({@code KAPPA}), of all views or of none; makes those of which there are none of this
   * definition. A run that held them before can no longer write.
   *
   * @return the slices, in the order of the views
   * @throws io.anabranch.api.UserException if the store serves a view in another architecture, from
   *     another log or from another definition
   */
  List<SliceRef> openStreamSlices(long run, List<ViewRef> views, Architecture architecture);

  /** Takes over the slice of one view; see {@link #openStreamSlices}. */
  default SliceRef openStreamSlice(long run, ViewRef view, Architecture architecture) {
    return openStreamSlices(run, List.of(view), architecture).get(0);
  }

  /** Records that all rows of the epochs through {@code epoch} are written to a stream slice. */
  void complete(SliceRef slice, long epoch);

  /**
   * Writes rows of a slice in one transaction. A row replaces one of the same epoch, bucket and key
   * if it folds no fewer contributions.
   *
   * @throws io.anabranch.api.UserException if another run took the slice over
   */
  void write(SliceRef slice, Collection<StoredRow> rows);

  /** Writes dead letters; one that is there already (by its place) is left as it is. */
  void writeDeadLetters(Collection<DeadLetter> letters);

  /** Reads dead letters in the order of the log, {@code limit} at most. */
  List<DeadLetter> deadLetters(int limit);

  /** Returns the number of dead letters. */
  long deadLetterCount();

  /**
   * Reads the live rows of a view in one statement, so that pointer and rows are of one moment.
   *
   * @param rows gets each row, in any order
   * @return the pointer that the rows belong to, empty if the view has none
   */
  Optional<LivePointer> read(ReadRequest request, Consumer<LiveRow> rows);

  /** Returns what the catalog holds of each view, ordered by name, version and slice. */
  List<ViewStatus> status();

  /** Returns the number of rows that a run has written so far, for progress. */
  long rowsWritten(long run);

  @Override
  void close();
}
