/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog.transition;

import java.time.Instant;

/** What a transition may ask. A commit fails if an answer is no longer true then. */
public interface TransitionContext {
  /**
   * Returns the last epoch recorded as complete in a row set that follows the log, {@link
   * io.anabranch.api.Epochs#NONE} if none is.
   */
  long completeThrough(long rows);

  /** Returns a number for a new version. */
  long nextVersion();

  /** Returns a number for a new row set. */
  long nextRowSet();

  /** Returns the number of the generation that all views of this commit begin. */
  long generation();

  /** Returns the time of the change, the same for all views of this commit. */
  Instant now();
}
