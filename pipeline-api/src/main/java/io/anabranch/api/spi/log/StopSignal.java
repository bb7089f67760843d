/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.log;

import java.io.Serializable;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Asks sources that follow a log to end where they are. It reaches the sources of this process
 * only: a job on a cluster is stopped by the cluster's own tools.
 */
public final class StopSignal implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final Set<String> RAISED = ConcurrentHashMap.newKeySet();

  private final String id = UUID.randomUUID().toString(); // runners serialize sources

  private StopSignal() {}

  /** Returns a signal that is not raised. */
  public static StopSignal create() {
    return new StopSignal();
  }

  /** Asks the sources to end. */
  public void raise() {
    RAISED.add(id);
  }

  /** Returns whether the sources are to end. */
  public boolean isRaised() {
    return RAISED.contains(id);
  }
}
