/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi;

import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.UserException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Rows and catalog of all views. One object may be used by several threads; each method is one or
 * several transactions.
 *
 * <p>A version is a list of {@linkplain SliceRef slices}; the live pointer of a view says which
 * versions answer, and through which epoch the batch version reaches. Every method throws {@link
 * io.anabranch.api.UserException} if the store cannot be reached.
 */
public interface ViewStore extends AutoCloseable {

  /** Registers a run and returns its number, larger than that of every run before it. */
  long beginRun(String layer);

  /** Records that a run is alive. */
  void heartbeat(long run);

  /** Records that a run is alive, and what the log is now, which readers measure answers by. */
  void heartbeat(long run, String log, LogEnd end);

  /** Records that a run ended; what it left that no reader sees is garbage from now on. */
  void endRun(long run);

  /**
   * Ignores what this run says from now on of {@linkplain #complete complete} epochs and
   * {@linkplain #writeComplete windows}: it is about to stop in the midst of the log, which may
   * move its watermark anywhere.
   */
  void stopMarking(long run);

  /** Returns the number of rows that a run has written so far, for progress. */
  long rowsWritten(long run);

  /** Returns the live pointer of a view, if anything of it was ever promoted or started. */
  Optional<LivePointer> pointer(String view);

  /**
   * Makes batch slices, one for each plan or none, that no reader sees until they are {@linkplain
   * #promote promoted}. A slice from the beginning of the log is the first of a new version; any
   * other continues the live version, which must reach the epoch that the slice begins after.
   *
   * @return the slices, in the order of the plans
   * @throws io.anabranch.api.UserException if the store serves a view in another architecture or
   *     from another log, or if there is no live version of this definition to continue
   */
  List<SliceRef> openBatchSlices(long run, List<SlicePlan> plans);

  /** Makes one batch slice; see {@link #openBatchSlices}. */
  default SliceRef openBatchSlice(long run, ViewRef view, EpochRange epochs) {
    return openBatchSlices(run, List.of(new SlicePlan(view, epochs))).get(0);
  }

  /**
   * Makes a slice that no reader ever sees, for rows to compare with the live ones. It is given
   * back by {@link #discard}.
   */
  SliceRef openScratchSlice(long run, ViewRef view, EpochRange epochs);

  /**
   * Makes the slices live ones of their views, all or none. A former batch version that they
   * replace is retired, and so is a speed version of another definition.
   *
   * @throws io.anabranch.api.UserException if the batch version of a view, or the epoch it reaches,
   *     is no longer what it was when the slice was opened, or would move backwards
   */
  void promote(Collection<SliceRef> slices);

  /**
   * Removes slices that were not promoted, with their rows, and fences their run. Slices that
   * readers see are left as they are. In several transactions.
   */
  void discard(Collection<SliceRef> slices);

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

  /**
   * Takes over one version that follows the log in Kappa, whatever its role is, and goes on where
   * what it holds ends. A run that held it before can no longer write.
   *
   * @throws io.anabranch.api.UserException if there is no such version of this definition, or it is
   *     retired
   */
  SliceRef openVersion(long run, ViewRef view, long version);

  /**
   * Lets the live versions answer by another architecture from now on; no row moves, and no answer
   * changes. From Lambda to Kappa, what follows the log becomes the end of the batch version; from
   * Kappa to Lambda, the complete epochs become the batch version's, and the others speed's. Former
   * versions and candidates are retired. The runs of before can no longer write.
   *
   * @return the views that answered by another architecture
   */
  List<String> move(Collection<String> views, Architecture to);

  /**
   * Begins versions of Kappa beside the live ones, as their candidates, one for each plan or none;
   * former candidates are retired. They begin with the slices of the live version before the
   * history, if there are any.
   *
   * @return slices for the history, that no reader sees, in the order of the plans
   * @throws io.anabranch.api.UserException if the live version is of another log or architecture,
   *     or if its slices before the history are of another definition, not complete, or do not end
   *     with it
   */
  List<SliceRef> openReplay(long run, List<ReplayPlan> plans);

  /**
   * Ends the histories of candidates, whose rows are all written, and makes the slices that follow
   * the log from there. Where no version answers yet, the candidate does from now on.
   *
   * @return these slices, in the same order
   * @throws io.anabranch.api.UserException if another run took a candidate over, or its place
   */
  List<SliceRef> seal(List<SliceRef> histories);

  /**
   * Moves live pointers in Kappa, all or none. What answered before becomes the former version; a
   * version that was so until then, and is not answering now, is retired.
   *
   * @throws io.anabranch.api.UserException if another version answers than said, or the version to
   *     answer is neither the candidate nor the former one, or if the candidate is complete through
   *     fewer epochs than what answers
   */
  void switchTo(Collection<VersionSwitch> switches);

  /**
   * Fences versions that do not answer and removes their rows, but for those that another version
   * shares. In several transactions.
   *
   * @return how many rows
   * @throws io.anabranch.api.UserException if one of them answers queries, or is not there
   */
  long retire(Collection<Long> versions);

  /** Returns what the catalog holds of a version, empty if it is gone. */
  Optional<VersionState> version(long version);

  /**
   * Returns what the catalog holds of a version.
   *
   * @throws UserException if it is gone, or never was
   */
  default VersionState requireVersion(long version) {
    return version(version)
        .orElseThrow(
            () ->
                new UserException("there is no version " + version + ": see \"anabranch status\""));
  }

  /** Returns how far a run has read the log for each slice that it is filling now. */
  List<Reading> readings(long run);

  /** Records that a run begins to read the log for some of its slices, after an epoch. */
  void beginReading(Collection<SliceRef> slices, long after);

  /**
   * Records that so much more was read for some slices.
   *
   * @param through the last epoch of it
   */
  void addReading(Collection<SliceRef> slices, long through, long bytes, long records);

  /**
   * Remembers what the log held of epochs that slices are filled from, each slice of its own
   * epochs; what it remembered of an epoch is replaced. Slices that another run has taken over
   * remember nothing.
   */
  void rememberEpochs(Collection<SliceRef> slices, Collection<EpochContent> contents);

  /** Returns what the log held of the epochs that a version was computed from, by their numbers. */
  List<EpochContent> epochs(long version);

  /** Records that all rows of the epochs through {@code epoch} are written to a stream slice. */
  void complete(SliceRef slice, long epoch);

  /**
   * Records that all rows of all that was in the log at this end are written to a stream slice, and
   * so those of all epochs that were closed.
   */
  void caughtUp(SliceRef slice, LogEnd end);

  /**
   * Writes rows of a slice in one transaction. A row replaces one of the same epoch, bucket and key
   * if it folds no fewer contributions. Speed rows of epochs that batch has absorbed are left out.
   *
   * @throws io.anabranch.api.UserException if another run took the slice over
   */
  void write(SliceRef slice, Collection<StoredRow> rows);

  /**
   * Writes rows of complete windows, unless the run {@linkplain #stopMarking is about to stop}: the
   * windows that come out then may lack events, and are computed again by the next run.
   *
   * @throws io.anabranch.api.UserException if another run took the slice over
   */
  void writeComplete(SliceRef slice, Collection<StoredRow> rows);

  /**
   * Removes the speed rows of a view that the batch version has absorbed; no answer changes. In
   * several transactions.
   *
   * @return how many
   */
  long dropAbsorbed(String view);

  /**
   * Writes dead letters of the versions that some slices belong to. One that is there already, by
   * place and view, is left as it is. A replay keeps its own, apart from those of the live version.
   */
  void writeDeadLetters(Collection<SliceRef> slices, Collection<DeadLetter> letters);

  /**
   * Reads dead letters of some kinds, in the order of the log.
   *
   * @param versions whose letters, empty for those of the versions that answer
   * @param limit how many at most
   */
  List<DeadLetter> deadLetters(Set<DeadLetter.Kind> kinds, Collection<Long> versions, int limit);

  /** Reads those of the versions that answer. */
  default List<DeadLetter> deadLetters(Set<DeadLetter.Kind> kinds, int limit) {
    return deadLetters(kinds, List.of(), limit);
  }

  /**
   * Returns the number of dead letters of some kinds.
   *
   * @param versions whose letters, empty for those of the versions that answer
   */
  long deadLetterCount(Set<DeadLetter.Kind> kinds, Collection<Long> versions);

  /** Returns the number of those of the versions that answer. */
  default long deadLetterCount(Set<DeadLetter.Kind> kinds) {
    return deadLetterCount(kinds, List.of());
  }

  /** Returns the number of records that could not be decoded, for the versions that answer. */
  default long deadLetterCount() {
    return deadLetterCount(Set.of(DeadLetter.Kind.UNDECODABLE));
  }

  /** Returns the times of the events that came too late or too early for a live view, in order. */
  List<Instant> untimely(String view);

  /**
   * Reads the live rows of a view in one statement, so that all of it is of one moment.
   *
   * @param rows gets each row, in any order
   * @return what the rows are the answer of, empty if the view has no live pointer
   * @throws io.anabranch.api.UserException also if it takes longer than the request allows
   */
  Optional<LiveState> read(ReadRequest request, Consumer<LiveRow> rows);

  /**
   * Reads, in one statement, the live rows of some epochs and the rows of a slice that is not live,
   * key by key.
   *
   * @return the pointer that the live rows belong to, empty if the view has none
   */
  Optional<LivePointer> readBeside(SliceRef slice, EpochRange epochs, Consumer<SideRow> rows);

  /**
   * Reads, in one statement, the rows of two versions of a view through an epoch, key by key.
   *
   * @param live the version whose rows are told as live ones
   */
  void readVersions(long live, long other, long through, Consumer<SideRow> rows);

  /** Keeps what a comparison of a batch slice with the live rows before it found. */
  void record(Reconciliation reconciliation);

  /**
   * Makes a slice that no reader sees, of all epochs of some slices of the live batch version, to
   * be filled with their rows and to {@linkplain #replace replace} them.
   *
   * @param slices numbers of neighbouring slices, in their order, two or more
   * @throws io.anabranch.api.UserException if they are not the live batch version's, of this
   *     definition
   */
  SliceRef openFold(long run, ViewRef view, List<Long> slices);

  /** Reads all rows of some slices, key by key. */
  void scan(Collection<Long> slices, Consumer<StoredRow> rows);

  /**
   * Shows readers a fold in the place of the slices that it was made of, which are retired.
   *
   * @throws io.anabranch.api.UserException if one of them answers no more; the fold stays hidden
   */
  void replace(SliceRef fold, List<Long> slices);

  /** Removes what no pointer reaches. In several transactions. */
  Garbage collectGarbage(GarbageRules rules);

  /** Returns what the catalog holds of each view, ordered by name, version and slice. */
  List<ViewStatus> status();

  @Override
  void close();
}
