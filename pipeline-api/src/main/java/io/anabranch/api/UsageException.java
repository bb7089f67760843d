/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api;

/**
 * A {@link UserException} over what was asked for: a configuration, an option or a name that is
 * wrong. The command line ends with exit code 2.
 */
public class UsageException extends UserException {
  private static final long serialVersionUID = 1L;

  /** Creates one from a message that says what is allowed. */
  public UsageException(String message) {
    super(message);
  }

  /** Creates one from a message that says what is allowed, and what brought it about. */
  public UsageException(String message, Throwable cause) {
    super(message, cause);
  }
}
