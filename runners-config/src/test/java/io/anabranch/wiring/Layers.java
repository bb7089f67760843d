/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import io.anabranch.api.Epochs;
import java.util.ArrayList;
import java.util.List;

/** What the layers of a view, or a version of Kappa, have read, by a plain model. */
final class Layers {
  long batchThrough = Epochs.NONE;
  long wholeThrough = Epochs.NONE;
  int speedRead;
  long speedComplete = Epochs.NONE;
  int speedBroken;

  boolean isComplete(long epoch) {
    return epoch <= complete();
  }

  long complete() {
    return Math.max(batchThrough, speedComplete);
  }

  void computedByBatch(long through, boolean full) {
    if (full || batchThrough == Epochs.NONE) {
      wholeThrough = through;
    }
    batchThrough = through;
  }

  /** Returns the purchases of the epochs that batch has read, and the first ones of all. */
  List<World.Entry> of(List<World.Entry> entries) {
    List<World.Entry> read = new ArrayList<>();
    for (int i = 0; i < entries.size(); i++) {
      if (entries.get(i).epoch() <= batchThrough || i < speedRead) {
        read.add(entries.get(i));
      }
    }
    return read;
  }
}
