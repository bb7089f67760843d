/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.run;

import io.anabranch.api.EpochRange;
import io.anabranch.api.spi.row.Reconciliation;
import io.anabranch.wiring.pipeline.RecordCounts;
import java.util.List;

/**
 * What a batch run did.
 *
 * @param run its number in the store, 0 if there was nothing to do
 * @param epochs the epochs that it read
 * @param read the records that they hold
 * @param rows the rows it wrote
 * @param reconciliations how these rows differ from the live rows, for each view that had an answer
 */
public record BatchReport(
    long run,
    EpochRange epochs,
    RecordCounts read,
    long rows,
    List<Reconciliation> reconciliations) {

  /** Copies the reconciliations. */
  public BatchReport {
    reconciliations = List.copyOf(reconciliations);
  }

  /** Returns how many records it read. */
  public long records() {
    return read.records();
  }

  /** Returns whether the batch version held all closed epochs already. */
  public boolean nothingToDo() {
    return run == 0;
  }

  /** Returns the last epoch that the batch version holds now. */
  public long through() {
    return epochs.through();
  }
}
