/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files.folder;

import java.util.List;
import java.util.Optional;

/**
 * A log at some moment.
 *
 * @param closedThrough the last closed epoch; every segment of an epoch through it was there when
 *     the segments were listed
 * @param segments the segments from some sequence number on, in order, without a gap
 * @param newest the last segment of the log
 */
public record LogView(long closedThrough, List<Segment> segments, Optional<Segment> newest) {

  /** Returns the number of the last segment, 0 if there is none. */
  public long lastSequence() {
    return newest.map(Segment::sequence).orElse(0L);
  }

  LogView withClosedThrough(long epoch) {
    return new LogView(epoch, segments, newest);
  }
}
