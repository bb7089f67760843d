/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.store;

import io.anabranch.api.UserException;

/** A write that is refused, as another run holds the fence or nobody does. Nothing was written. */
public final class FencedException extends UserException {
  private static final long serialVersionUID = 1L;

  private final Fence fence;
  private final long owner;

  /**
   * Creates one.
   *
   * @param fence the fence that was held once
   * @param owner the run that holds it now, 0 if none does
   */
  public FencedException(Fence fence, long owner) {
    super(
        String.format(
            "run %d is fenced and cannot write view \"%s\": %s",
            fence.run(),
            fence.view(),
            owner == 0 ? "its slice is closed, or was given up" : "run " + owner + " took over"));
    this.fence = fence;
    this.owner = owner;
  }

  /** Returns the fence that was held once. */
  public Fence fence() {
    return fence;
  }

  /** Returns the run that holds it now, 0 if none does. */
  public long owner() {
    return owner;
  }
}
