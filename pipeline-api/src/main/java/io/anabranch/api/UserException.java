/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api;

import io.anabranch.api.internal.Excerpt;

/**
 * An error that people can mend: the message says what was found and what is allowed, and what to
 * do next unless a code of the error says it. It is shown without a stack trace.
 */
public class UserException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int LONGEST = 1_000;

  /** Returns an error whose message is one line: itself, or what says it, cut if long. */
  public static UserException of(RuntimeException error) {
    return error instanceof UserException user
        ? user
        : new UserException(Excerpt.of(error.toString(), LONGEST), error);
  }

  /** Creates one. */
  public UserException(String message) {
    super(message);
  }

  /** Creates one with what brought it about. */
  public UserException(String message, Throwable cause) {
    super(message, cause);
  }
}
