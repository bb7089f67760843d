/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import io.anabranch.connectors.files.folder.Segment;
import java.util.List;

/** Segments that a reader knows and has not yet passed, in their order. */
final class Backlog {
  private final List<Segment> segments;

  /** The earliest ingestion time of each segment and of all behind it. */
  private final long[] earliest;

  private int next;

  private Backlog(List<Segment> segments) {
    this.segments = segments;
    this.earliest = new long[segments.size()];
    long minimum = Long.MAX_VALUE;
    for (int i = earliest.length - 1; i >= 0; i--) {
      minimum = Math.min(minimum, segments.get(i).appendMillis());
      earliest[i] = minimum;
    }
  }

  static Backlog of(List<Segment> segments) {
    return new Backlog(segments);
  }

  static Backlog empty() {
    return new Backlog(List.of());
  }

  boolean isEmpty() {
    return next == segments.size();
  }

  Segment first() {
    return segments.get(next);
  }

  void removeFirst() {
    next++;
  }

  /** Returns the earliest ingestion time of all that is left, in milliseconds. */
  long earliestMillis() {
    return earliest[next];
  }
}
