/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.internal;

import org.checkerframework.checker.nullness.qual.Nullable;

/** Checks of what authors pass. */
public final class Arguments {
  private Arguments() {}

  /**
   * Returns a value that is not null.
   *
   * @param name the name of the parameter
   * @throws NullPointerException if it is null; the message names the parameter
   */
  public static <T> T requireGiven(@Nullable T value, String name) {
    if (value == null) {
      throw new NullPointerException(name + " is null: it must be given");
    }
    return value;
  }
}
