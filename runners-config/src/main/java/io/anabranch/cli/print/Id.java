/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.print;

import com.fasterxml.jackson.annotation.JsonValue;

/** A number that names something: tables print it without separators, JSON as a number. */
public record Id(@JsonValue long number) {
  @Override
  public String toString() {
    return Long.toString(number);
  }
}
