/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.pipeline;

/**
 * What became of the records that a run read.
 *
 * @param records how many it read
 * @param undecodable how many of them could not be decoded
 * @param failed on how many of them a step of a view threw, once for each view
 */
public record RecordCounts(long records, long undecodable, long failed) {
  public static final RecordCounts NONE = new RecordCounts(0, 0, 0);

  /** Returns whether there were records, and none of them could be decoded. */
  public boolean allUndecodable() {
    return records > 0 && undecodable == records;
  }
}
