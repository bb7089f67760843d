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
 * @param newest the last segment that is there
 * @param lastSequence the number of the last segment that is known of, also if it was removed; 0 if
 *     there never was one
 */
public record LogView(
    long closedThrough, List<Segment> segments, Optional<Segment> newest, long lastSequence) {

  LogView withClosedThrough(long epoch) {
    return new LogView(epoch, segments, newest, lastSequence);
  }
}
