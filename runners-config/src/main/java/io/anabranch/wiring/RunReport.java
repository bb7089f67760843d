/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import java.util.List;

/**
 * What a run did.
 *
 * @param run its number in the store
 * @param through the last epoch that is complete in what it wrote, {@link
 *     io.anabranch.api.Epochs#NONE} if none is
 * @param views the views it computed
 * @param rows the rows it wrote, those it wrote again included
 */
public record RunReport(long run, long through, List<String> views, long rows) {
  /** Copies the views. */
  public RunReport {
    views = List.copyOf(views);
  }
}
