/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.run;

import io.anabranch.transforms.internal.events.Throttle;
import io.anabranch.wiring.Stop;
import java.util.Optional;

/**
 * How a run follows the log.
 *
 * @param stop asks it to end
 * @param untilCaughtUp whether it ends once all that is in the log at its start is stored
 * @param throttle how fast it reads, empty for as fast as it can
 */
record FollowSettings(Stop stop, boolean untilCaughtUp, Optional<Throttle> throttle) {

  /** Follows on and on, as fast as it can. */
  static FollowSettings create() {
    return new FollowSettings(new Stop(), false, Optional.empty());
  }

  FollowSettings stoppedBy(Stop request) {
    return new FollowSettings(request, untilCaughtUp, throttle);
  }

  FollowSettings untilCaughtUp(boolean end) {
    return new FollowSettings(stop, end, throttle);
  }

  FollowSettings rate(double recordsPerSecond) {
    return new FollowSettings(stop, untilCaughtUp, Optional.of(Throttle.toRate(recordsPerSecond)));
  }
}
