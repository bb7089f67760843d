/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import io.anabranch.api.spi.log.EventLog;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.contracts.log.ForwardingLog;

/** A log as it was when fewer epochs were closed. */
final class EarlierLog extends ForwardingLog {
  private final LogEnd end;

  EarlierLog(EventLog log, LogEnd end) {
    super(log);
    this.end = end;
  }

  @Override
  public LogEnd end() {
    return end;
  }
}
