/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.log;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import io.anabranch.api.UserException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A log that fails, or refuses what it is asked. Nothing was changed. The message says what was
 * found; advice depends on the {@linkplain #code code} and on where the user is.
 */
public final class LogException extends UserException {
  private static final long serialVersionUID = 1L;

  /** Why it fails. */
  public enum Code {
    /** A setting is not allowed. */
    MISCONFIGURED,
    /** The place of the log cannot be read or written. */
    INACCESSIBLE,
    /** The server of the log cannot be reached. Trying again may help. */
    UNREACHABLE,
    /** The server of the log does not let this user in, or denies it a right. */
    DENIED,
    /** The server has no such log. */
    NOT_FOUND,
    /** Records were read under an epoch that was closed without them: clocks differ too much. */
    CLOCKS_DIFFER,
    /** The time of an epoch that is to be closed is not over. */
    NOT_OVER,
    /** What is there is no log. */
    NOT_A_LOG,
    /** The log was made with epochs of another length. */
    OTHER_EPOCH_LENGTH,
    /** The log was written by a newer release. */
    NEWER_FORMAT,
    /** The log was written by a version that was never released. */
    OLDER_FORMAT,
    /** The log is damaged, or a part of it was removed. */
    DAMAGED,
    /** Nobody knows any more through when the log is closed. */
    CLOSING_LOST,
    /** Records that are to be followed are in an archive only. */
    ARCHIVED,
    /** Epochs that are to be read are not closed. */
    NOT_CLOSED,
    /** The stated time is in a closed epoch. */
    EPOCH_CLOSED,
    /**
     * The present time is in a closed epoch; {@link #times} are start and end of the first open.
     */
    CLOCK_BEHIND,
    /** The present time, in {@link #times}, is long after the newest record. */
    CLOCK_AHEAD,
    /** The time is out of range. */
    TIME_OUT_OF_RANGE,
    /** A record is too long. */
    RECORD_TOO_LONG,
    /** More is to be appended in one step than a log takes. */
    TOO_MUCH_AT_ONCE,
    /** There is nothing to append. */
    NO_RECORDS,
    /** What is to be appended cannot be read. */
    UNREADABLE_INPUT,
    /** Whatever else. */
    FAILED
  }

  private final Code code;
  private final ArrayList<Instant> times;

  private LogException(Code code, String message, List<Instant> times, Throwable cause) {
    super(message, cause);
    this.code = code;
    this.times = new ArrayList<>(times);
  }

  /** Creates one with its cause. */
  public LogException(Code code, String message, Throwable cause) {
    this(code, message, List.of(), cause);
  }

  /** Creates one. */
  public LogException(Code code, String message) {
    this(code, message, List.of(), null);
  }

  /** Creates one of {@link Code#CLOCK_BEHIND}. */
  public static LogException clockBehind(String message, Instant openFrom, Instant openTo) {
    return new LogException(Code.CLOCK_BEHIND, message, List.of(openFrom, openTo), null);
  }

  /** Creates one of {@link Code#CLOCK_AHEAD}. */
  public static LogException clockAhead(String message, Instant now) {
    return new LogException(Code.CLOCK_AHEAD, message, List.of(now), null);
  }

  /** Creates one from a format, in English. */
  @FormatMethod
  public static LogException of(Code code, @FormatString String text, Object... values) {
    return new LogException(code, String.format(Locale.ROOT, text, values));
  }

  /** Returns why. */
  public Code code() {
    return code;
  }

  /** Returns the times that the code speaks of. */
  public List<Instant> times() {
    return List.copyOf(times);
  }
}
