/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.events;

import io.anabranch.api.UserException;
import io.anabranch.api.spi.row.DeadLetter;

/** Steps of views threw on more events of a run than its configuration allows. */
public final class TooManyFailedEvents {
  private TooManyFailedEvents() {}

  /** Returns what to throw, with the last of them. */
  public static UserException of(int most, DeadLetter last) {
    return new UserException(
        "steps of views threw on more than %,d events, which \"errors.most\" allows; the last one is record %s, view \"%s\", %s"
            .formatted(most, last.place(), last.view().orElseThrow(), last.error()));
  }
}
