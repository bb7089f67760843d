/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import io.anabranch.api.UserException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * A run, a promotion or a verification that cannot be done. Nothing was changed that readers see.
 * The message says what was found; advice depends on the {@linkplain #code code} and on where the
 * user is.
 */
public final class RunException extends UserException {
  private static final long serialVersionUID = 1L;

  /** Why it cannot be done. */
  public enum Code {
    /** No epoch with records is closed; {@link #time} is the end of the first one. */
    NOTHING_CLOSED,
    /** The log is closed less far than the batch version reaches, which is {@link #time}. */
    LOG_SHORTER,
    /** The batch version was computed from other records than the log holds now. */
    LOG_CHANGED_UNDER_LAMBDA,
    /** A version of Kappa was computed from other records than the log holds now. */
    LOG_CHANGED_UNDER_KAPPA,
    /** The live version holds epochs that the log no longer holds. */
    EPOCHS_REMOVED,
    /** The same, in Lambda, where only what is new can be computed. */
    EPOCHS_REMOVED_UNDER_LAMBDA,
    /** The same, in Kappa, where a replay may begin at {@link #time}. */
    EPOCHS_REMOVED_UNDER_KAPPA,
    /** Batch rows differ from those that were live before. */
    ROWS_DIFFER,
    /** No closed epoch is complete in the live version. */
    NOTHING_COMPLETE,
    /** The store is served by Lambda, which has no candidates and previous versions. */
    SERVED_BY_LAMBDA,
    /** No view has a candidate. */
    NO_CANDIDATE,
    /** No view has a previous version. */
    NO_PREVIOUS,
    /** The backfill of a candidate is not complete. */
    BACKFILL_RUNNING,
    /** A candidate differs from the live version in more rows than allowed. */
    CANDIDATE_DIFFERS,
    /** A candidate could not be compared with the live version. */
    CANDIDATE_NOT_COMPARED,
    /** A candidate has read less of the log than the live version. */
    CANDIDATE_BEHIND,
    /** The live version is complete through fewer epochs than the backfill of a candidate. */
    LIVE_BEHIND,
    /** Another run writes the views meanwhile. */
    RUN_ALIVE,
    /** The log no longer holds the records of dead letters that are to be taken. */
    LETTERS_REMOVED
  }

  private final Code code;
  private final transient Optional<Instant> time;

  private RunException(Code code, Optional<Instant> time, String message) {
    super(message);
    this.code = code;
    this.time = time;
  }

  /** Makes an error from a format and its values. */
  @FormatMethod
  public static RunException of(Code code, @FormatString String text, Object... values) {
    return new RunException(code, Optional.empty(), String.format(Locale.ROOT, text, values));
  }

  /** Makes an error that advice names a time for. */
  @FormatMethod
  public static RunException at(
      Instant time, Code code, @FormatString String text, Object... values) {
    return new RunException(code, Optional.of(time), String.format(Locale.ROOT, text, values));
  }

  /** Returns why. */
  public Code code() {
    return code;
  }

  /** Returns the time that the code speaks of, if it speaks of any. */
  public Optional<Instant> time() {
    return time == null ? Optional.empty() : time;
  }
}
