/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.fused;

/** Says which step of a chain threw. */
final class StepException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final String step;

  StepException(String step, Throwable cause) {
    super(cause);
    this.step = step;
  }

  String step() {
    return step;
  }
}
