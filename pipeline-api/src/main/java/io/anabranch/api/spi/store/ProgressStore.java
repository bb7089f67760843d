/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.store;

import io.anabranch.api.spi.log.LogPosition;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** How far runs are. */
public interface ProgressStore {
  /** A run that has not reported for so long counts as dead where progress is read. */
  Duration SILENCE = Duration.ofMinutes(1);

  /**
   * Records that a run began, is alive, is suspended or ended. When a {@linkplain
   * RunBeat.State#SUSPENDED suspension} returns, no completion of the run is recorded later.
   */
  void heartbeat(RunBeat beat);

  /**
   * Records that all rows of the epochs through one are written. It never goes back.
   *
   * @param position the position in the log through which everything is written, if the run stops
   *     there
   * @return false, and no effect, if the run is suspended
   * @throws FencedException if the run does not hold the fence until this commits
   */
  boolean complete(Fence fence, long through, Optional<LogPosition> position);

  /** Records how far runs have read the log. A report of a run that lost its fence is ignored. */
  void report(Collection<ReadReport> reports);

  /** Adds to what is recorded of how long a run waited; of a run that never began nothing is. */
  void addWaits(long run, RunProgress.Waits waits);

  /** Returns what is recorded of runs; of all runs if none is named. */
  List<RunProgress> read(Collection<Long> runs);
}
