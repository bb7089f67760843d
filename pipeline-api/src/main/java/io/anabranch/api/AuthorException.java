/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api;

import io.anabranch.api.internal.Excerpt;
import java.util.Optional;
import java.util.regex.Pattern;

/** An error that code of a view's author threw: the message says in which view and step. */
public final class AuthorException extends UserException {
  private static final long serialVersionUID = 1L;
  private static final int LONGEST = 500;
  private static final Pattern RUNNER =
      Pattern.compile("org\\.apache\\.|io\\.anabranch\\.transforms\\.");
  private static final String NAMED = AuthorException.class.getName() + ": ";

  private AuthorException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * Describes an error.
   *
   * @param step the step of the author's transform, or what else of the view threw
   * @param what it was working on: a key, a record
   */
  public static AuthorException of(String view, String step, String what, Throwable error) {
    return new AuthorException(
        "%s: %s"
            .formatted(
                Excerpt.of("view \"%s\", step \"%s\", %s".formatted(view, step, what), LONGEST),
                Excerpt.of(firstLine(error), LONGEST)),
        error);
  }

  /**
   * Returns what an author's code threw, without what runners wrapped around it: the first in the
   * chain of causes that none of their classes threw.
   */
  public static Throwable origin(Throwable error) {
    Throwable root = error;
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      root = cause;
      boolean repeats =
          cause.getCause() != null && cause.getCause().toString().equals(cause.getMessage());
      if (!isOfRunner(cause) && !repeats) {
        return cause;
      }
    }
    return root;
  }

  private static boolean isOfRunner(Throwable error) {
    StackTraceElement[] trace = error.getStackTrace();
    return RUNNER.matcher(error.getClass().getName()).lookingAt()
        || (trace.length > 0 && RUNNER.matcher(trace[0].getClassName()).lookingAt());
  }

  /** Returns the message if an error is such a one, also if a runner kept no more than its text. */
  public static Optional<String> text(Throwable error) {
    String text = error.toString();
    int at = text.indexOf(NAMED);
    return at < 0 ? Optional.empty() : text.substring(at + NAMED.length()).lines().findFirst();
  }

  /** What stands for an exception that could not be serialized says its class twice. */
  private static String firstLine(Throwable error) {
    String text = String.valueOf(error).lines().findFirst().orElse("");
    return text.replaceFirst("^(?:\\S+SerializedThrowable: )?(\\S+: )\\1", "$1");
  }
}
