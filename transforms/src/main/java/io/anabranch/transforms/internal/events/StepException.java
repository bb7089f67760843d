/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.events;

/** A step of an author's threw. */
public final class StepException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final String step;

  /** Says which step threw what. */
  public StepException(String step, Throwable cause) {
    super(cause);
    this.step = step;
  }

  /** Returns the name of the step. */
  public String step() {
    return step;
  }
}
