/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.store;

import io.anabranch.api.spi.log.EpochContent;
import io.anabranch.api.spi.log.LogEnd;
import java.util.List;
import java.util.Optional;

/**
 * A sign of life of a run.
 *
 * @param run its number
 * @param layer what it computes, for people
 * @param state whether it goes on
 * @param log the log as it sees it
 * @param fences the row sets that it fills
 * @param contents what the log held of epochs that these are computed from; it replaces what is
 *     stored of them. Ignored for a row set whose fence the run no longer holds, and for epochs at
 *     or below {@link Fence#after}
 */
public record RunBeat(
    long run,
    String layer,
    State state,
    Optional<Log> log,
    List<Fence> fences,
    List<EpochContent> contents) {

  /** Whether a run goes on. */
  public enum State {
    /** It goes on. */
    ALIVE,
    /**
     * It is about to stop in the midst of the log, which may move its watermark anywhere: its
     * completions and windows are ignored from now on.
     */
    SUSPENDED,
    /** It has ended. */
    ENDED
  }

  /**
   * A log at some moment.
   *
   * @param id the identity of the log
   * @param end its end
   */
  public record Log(String id, LogEnd end) {}

  /** Copies the lists. */
  public RunBeat {
    fences = List.copyOf(fences);
    contents = List.copyOf(contents);
  }

  /** A run that says nothing but its state. */
  public RunBeat(long run, String layer, State state) {
    this(run, layer, state, Optional.empty(), List.of(), List.of());
  }
}
