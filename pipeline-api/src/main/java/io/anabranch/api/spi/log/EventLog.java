/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.log;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import java.util.Collection;
import java.util.List;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;

/**
 * The append-only master dataset. Every record belongs to exactly one epoch, by a function of the
 * log up to the record, known when the record is given out: rows only grow, so a record that was
 * given out under another epoch could never be corrected. A closed epoch gets no more records.
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
   * Returns how much lies between two positions, in the log's own unit; an estimate for people,
   * never a condition.
   *
   * @param from what lies before it does not count
   * @param to what lies at it or behind does not count
   */
  LogDistance distance(LogPosition from, LogPosition to);

  /**
   * Reads closed epochs, bounded, in parallel. Every record of them comes exactly once, or reading
   * fails.
   *
   * <p>Output: {@link RecordBatch}es in the global window at the minimum timestamp, in any order.
   *
   * @param closed epochs that are closed
   * @throws LogException if one of them is not, when the pipeline is built
   */
  PTransform<PBegin, PCollection<RecordBatch>> read(EpochRange closed);

  /**
   * Follows the log, unbounded.
   *
   * <p>Output: {@link RecordBatch}es in the global window at the minimum timestamp, each with how
   * far its part is read. The watermark is that of {@link EpochWatermark}.
   */
  PTransform<PBegin, PCollection<RecordBatch>> follow(FollowRequest request);

  @Override
  void close();
}
