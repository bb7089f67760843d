/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog.document;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import io.anabranch.api.UserException;
import java.util.Locale;

/**
 * A change of the catalog that is refused. Nothing was changed. The message says what was found;
 * advice depends on the {@linkplain #code code} and on where the user is.
 */
public final class CatalogException extends UserException {
  private static final long serialVersionUID = 1L;

  /** Why a change is refused. */
  public enum Code {
    /** Nothing of the view is live. */
    NOT_COMPUTED,
    /** The live versions are of another architecture. */
    OTHER_ARCHITECTURE,
    /** The live versions were computed from another log. */
    OTHER_LOG,
    /** The live versions, or the version named, were computed by another definition. */
    OTHER_DEFINITION,
    /** The batch version does not end where the slice begins. */
    NOT_CONTINUED,
    /** Another run published meanwhile. */
    OUTRUN,
    /** The live version reaches further than the slice to publish. */
    BACKWARDS,
    /** Another run holds the slice, or nobody may write to it any more. */
    FENCED,
    /** The view has no such version. */
    UNKNOWN_VERSION,
    /** The backfill of the version is not complete. */
    BACKFILL_RUNNING,
    /** There is no live version to share older epochs of. */
    NOTHING_TO_SHARE,
    /** The live version has no complete slices that end where the replay is to begin. */
    NO_SLICE_ENDS_THERE,
    /** Another version is live than the caller expected. */
    LIVE_CHANGED,
    /** The version is neither the candidate nor the previous one. */
    NO_ROLE,
    /** The candidate is complete through fewer epochs than the live version. */
    NOT_CAUGHT_UP,
    /** The version is live, so it cannot be retired. */
    IS_LIVE,
    /** The slices to replace are no longer live neighbours. */
    SOURCES_CHANGED,
    /** Other processes kept changing the same views. */
    TOO_MANY_CONFLICTS,
    /** The document was written by a newer release. */
    NEWER_FORMAT,
    /** The document is damaged. */
    UNREADABLE
  }

  private final Code code;

  /** Creates one. */
  public CatalogException(Code code, String message) {
    super(message);
    this.code = code;
  }

  /** Creates one with its cause. */
  public CatalogException(Code code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /** Makes an error about a view from a format and its values. */
  @FormatMethod
  public static CatalogException of(
      Code code, String view, @FormatString String text, Object... values) {
    return new CatalogException(
        code, "view \"" + view + "\": " + String.format(Locale.ROOT, text, values));
  }

  /** Returns why. */
  public Code code() {
    return code;
  }
}
