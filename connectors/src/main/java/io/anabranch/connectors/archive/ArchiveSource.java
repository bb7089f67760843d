/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.archive;

import io.anabranch.api.spi.log.AppendableLog;
import io.anabranch.api.spi.log.RecordBatch;
import java.util.function.Consumer;

/** A log whose closed epochs can be archived. */
public interface ArchiveSource extends AppendableLog {

  /**
   * Gives out all records of a closed epoch, one origin after the other, those of each in the order
   * of their positions.
   *
   * @throws io.anabranch.api.spi.log.LogException if one of them was removed
   */
  void readInOrder(long epoch, Consumer<RecordBatch> batches);
}
