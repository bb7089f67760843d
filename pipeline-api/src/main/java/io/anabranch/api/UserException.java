/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api;

/**
 * An error that the person at the command line can mend: the message says what was found, what is
 * allowed and what to do next. It is shown without a stack trace.
 */
public class UserException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int LONGEST = 1_000;

  /** Returns an error as one that is told in one line: itself, or what says it, cut if long. */
  public static UserException of(RuntimeException error) {
    return error instanceof UserException user
        ? user
        : new UserException(Excerpt.of(error.toString(), LONGEST), error);
  }

  /** Creates one from a message that says what to do. */
  public UserException(String message) {
    super(message);
  }

  /** Creates one from a message that says what to do, and what brought it about. */
  public UserException(String message, Throwable cause) {
    super(message, cause);
  }
}
