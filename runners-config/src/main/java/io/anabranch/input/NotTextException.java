/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.input;

import io.anabranch.api.UserException;

/** An input that is not lines of text, and is not to be read as bytes either. */
public final class NotTextException extends UserException {
  private static final long serialVersionUID = 1L;

  NotTextException(String message) {
    super(message);
  }
}
