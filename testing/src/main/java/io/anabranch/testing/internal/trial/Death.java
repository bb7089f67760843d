/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.internal.trial;

import io.anabranch.api.spi.store.StoreException;
import io.anabranch.api.spi.store.StoreException.Code;
import io.anabranch.contracts.store.FaultInjectingStore.Call;
import io.anabranch.contracts.store.FaultInjectingStore.Faults;

/**
 * Kills all processes that use a store, at a write: neither that nor any later call comes through.
 */
final class Death implements Faults {
  private static final int NEVER = -1;
  private int writesLeft = NEVER;

  /** Comes at the so many-th write from now on. */
  synchronized void at(int write) {
    writesLeft = write;
  }

  /** Comes no more, unless it has come. */
  synchronized void never() {
    if (writesLeft > 0) {
      writesLeft = NEVER;
    }
  }

  synchronized boolean isDone() {
    return writesLeft == 0;
  }

  @Override
  public synchronized void before(Call call, String detail) {
    boolean writes = call == Call.WRITE || (call == Call.DEAD_LETTERS && detail.equals("write"));
    if (writes && writesLeft > 0) {
      writesLeft--;
    }
    if (writesLeft == 0) {
      throw new StoreException(Code.FAILED, "the script lets the run die here");
    }
  }
}
