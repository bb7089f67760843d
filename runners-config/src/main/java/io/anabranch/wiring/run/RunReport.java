/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.run;

import io.anabranch.wiring.pipeline.RecordCounts;
import java.util.List;

/**
 * What a run did.
 *
 * @param run its number in the store
 * @param through the last epoch that is complete in what it wrote, {@link
 *     io.anabranch.api.Epochs#NONE} if none is
 * @param views the views it computed
 * @param versions the versions that it wrote, one for each view
 * @param rows the rows it wrote, those it wrote again included
 * @param read the records it read
 */
public record RunReport(
    long run, long through, List<String> views, List<Long> versions, long rows, RecordCounts read) {
  /** Copies the lists. */
  public RunReport {
    views = List.copyOf(views);
    versions = List.copyOf(versions);
  }
}
