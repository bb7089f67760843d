/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import io.anabranch.contracts.store.FaultInjectingStore.Call;
import io.anabranch.contracts.store.FaultInjectingStore.Faults;
import io.anabranch.wiring.KilledRun.Moment;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Kills this process (SIGKILL) at a call of its store. */
final class Kill implements Faults {
  private final KilledRun.Point point;
  private final long delayMicros;
  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicInteger done = new AtomicInteger();

  Kill(KilledRun.Point point, long delayMicros) {
    this.point = point;
    this.delayMicros = delayMicros;
  }

  @Override
  public void before(Call call, String detail) {
    if (isMeant(call, detail) && begun.incrementAndGet() == point.count()) {
      if (point.moment() == Moment.BEFORE) {
        killNow();
      } else if (point.moment() == Moment.DURING) {
        new Thread(this::killAfterDelay).start();
      }
    }
  }

  @Override
  public void after(Call call, String detail) {
    if (point.moment() == Moment.AFTER
        && isMeant(call, detail)
        && done.incrementAndGet() == point.count()) {
      killNow();
    }
  }

  private boolean isMeant(Call call, String detail) {
    return call == point.call()
        && (point.detail().equals(KilledRun.ANY) || point.detail().equals(detail));
  }

  private void killAfterDelay() {
    LockSupport.parkNanos(delayMicros * 1_000);
    killNow();
  }

  private static void killNow() {
    try {
      new ProcessBuilder("kill", "-9", Long.toString(ProcessHandle.current().pid())).start();
    } catch (IOException e) {
      Runtime.getRuntime().halt(1);
    }
    LockSupport.park();
  }
}
