/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import java.io.Serializable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that stands until it is moved. A copy on a worker stands for ever. */
final class TestClock extends Clock implements Serializable {
  private static final long serialVersionUID = 1L;
  private Instant now;

  TestClock(String now) {
    this.now = Instant.parse(now);
  }

  void set(String time) {
    now = Instant.parse(time);
  }

  void advance(Duration duration) {
    now = now.plus(duration);
  }

  @Override
  public Instant instant() {
    return now;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException();
  }
}
