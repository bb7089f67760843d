/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi;

import io.anabranch.api.UserException;

/**
 * The store does not answer for now, as another process locks it. Nothing was done, and the same
 * may be asked again.
 */
public final class StoreUnavailableException extends UserException {
  private static final long serialVersionUID = 1L;

  /** Creates one from a message that says what to do, and what brought it about. */
  public StoreUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
