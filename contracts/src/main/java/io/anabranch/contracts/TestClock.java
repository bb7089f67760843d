/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.contracts;

import java.io.Serializable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that stands until it is moved. A copy on a worker stands for ever. */
public final class TestClock extends Clock implements Serializable {
  private static final long serialVersionUID = 1L;
  private volatile Instant now;

  /** Stands at 2026-01-01T10:00:00Z. */
  public TestClock() {
    this("2026-01-01T10:00:00Z");
  }

  /** Stands at a time, such as {@code 2026-01-01T10:00:00Z}. */
  public TestClock(String now) {
    this.now = Instant.parse(now);
  }

  /** Moves it to a time. */
  public void set(Instant time) {
    now = time;
  }

  /** Moves it on, or back by a negative duration. */
  public void advance(Duration duration) {
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
