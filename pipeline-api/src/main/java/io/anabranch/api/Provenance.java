/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Where an answer comes from.
 *
 * @param view the view that answers
 * @param architecture the architecture of the live versions
 * @param batchVersion the version that holds history: of the batch layer in Lambda, absent before
 *     its first run; the one live version in Kappa
 * @param speedVersion the version of the speed layer; always absent in Kappa
 * @param batchThrough the last epoch that the batch version covers; absent in Kappa
 * @param speedThrough the last epoch that is known to be complete in the speed version (Lambda) or
 *     the live version (Kappa); later epochs may be there in part
 * @param deadLetters records of the whole log that could not be decoded, as far as they were read
 */
public record Provenance(
    String view,
    Architecture architecture,
    OptionalLong batchVersion,
    OptionalLong speedVersion,
    Optional<Through> batchThrough,
    Optional<Through> speedThrough,
    long deadLetters) {

  /**
   * The end of what a version covers.
   *
   * @param epoch the last epoch that is covered
   * @param time the first ingestion time that is not
   */
  public record Through(long epoch, Instant time) {}
}
