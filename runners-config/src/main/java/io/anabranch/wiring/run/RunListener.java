/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.run;

import io.anabranch.api.UserException;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.wiring.pipeline.RecordCounts;
import io.anabranch.wiring.upkeep.Compaction;
import io.anabranch.wiring.version.VersionComparison;
import java.time.Duration;
import java.util.List;

/**
 * Learns what runs do, from several threads. Each method does nothing unless it is overridden, and
 * a run calls those that fit it.
 */
public interface RunListener {
  /** Ignores everything. */
  RunListener NONE = new RunListener() {};

  /** A run has its number; its pipeline starts next. */
  default void started(String layer, long run) {}

  /** A batch run is done. */
  default void batchDone(BatchReport report) {}

  /** A batch run beside speed failed; it is tried again. */
  default void batchFailed(UserException error, Duration retryAfter) {}

  /** Slices were compacted. */
  default void compacted(Compaction.Report report) {}

  /** A compaction failed; it is tried again after the next batch run. */
  default void compactionFailed(UserException error) {}

  /** A run goes on with versions that there were before, from where they end. */
  default void goesOn(long run, List<OpenSlice> versions) {}

  /** The backfills of new versions are complete. */
  default void backfillDone(long run, RecordCounts read, List<OpenSlice> versions) {}

  /** Candidates are live from now on. */
  default void promoted(List<VersionComparison> comparisons) {}

  /** Candidates were not promoted, and will not be; they go on following the log. */
  default void notPromoted(UserException reason) {}

  /** Candidates cannot be promoted yet. The run tries again, and reports each reason once. */
  default void promotionWaits(UserException reason) {}

  /** All versions of a run were retired, so it ends. */
  default void retired(long run) {}
}
