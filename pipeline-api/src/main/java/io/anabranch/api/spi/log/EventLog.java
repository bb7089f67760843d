/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.log;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;

/**
 * The append-only master dataset. Every record belongs to exactly one epoch, by a pure function of
 * its place in the log; a closed epoch gets no more records.
 */
public interface EventLog extends AutoCloseable {

  /** Returns an identity that no other log has, so that a store is never fed from two logs. */
  String id();

  /** Returns how ingestion time is divided. */
  Epochs epochs();

  /** Returns the end of the log as it is now. */
  LogEnd end();

  /**
   * Returns how much the epochs of a range hold now.
   *
   * @param range any epochs; {@link Long#MAX_VALUE} as its end stands for all that come after
   */
  LogSize size(EpochRange range);

  /**
   * Returns what the log holds of each epoch that has records, in the order of the epochs. A store
   * keeps it of what was read, and holds a later log against it.
   *
   * @param range any epochs; {@link Long#MAX_VALUE} as its end stands for all that come after
   */
  List<EpochContent> contents(EpochRange range);

  /**
   * Returns how epochs are not what they were, in the order of the epochs; empty if all records of
   * that time are there and the same. Epochs that were open then may hold more by now. Looks at the
   * names of what it holds, not into it.
   *
   * @param earlier what the log held earlier
   */
  List<EpochChange> changes(Collection<EpochContent> earlier);

  /**
   * Returns what the log itself knows to be missing, or to be damaged, in some epochs. Looks at
   * names and sizes; damage within records is found when they are read, which then fails.
   *
   * @param range any epochs; {@link Long#MAX_VALUE} as its end stands for all that come after
   */
  List<EpochChange> faults(EpochRange range);

  /**
   * Reads closed epochs, bounded, in parallel.
   *
   * <p>Output: {@link RecordBatch}es in the global window at the minimum timestamp, in any order.
   *
   * @param range epochs that are closed
   */
  PTransform<PBegin, PCollection<RecordBatch>> readClosed(EpochRange range);

  /**
   * Follows the log, unbounded.
   *
   * <p>Output: {@link RecordBatch}es in the global window at the minimum timestamp. The watermark
   * follows log append time and does not pass the end of an epoch before that epoch is closed and
   * all of its records were given out; so a window that expires with its epoch loses nothing.
   *
   * @param after the last epoch to leave out, {@link Epochs#NONE} for none
   * @param lateness if present, the watermark stays this long before the beginning of the first
   *     epoch that is not closed and given out; so an event is never behind it that happened no
   *     longer than that before the beginning of the epoch it was appended in
   * @param until if present, the output ends (the watermark moves to the end of time) once all that
   *     was in the log at this end is given out; later records are left out
   * @param stop once it is raised, the output ends in the same way after what was given out so far
   */
  PTransform<PBegin, PCollection<RecordBatch>> follow(
      long after, Optional<Duration> lateness, Optional<LogEnd> until, StopSignal stop);

  @Override
  void close();
}
