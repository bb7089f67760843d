/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli;

import io.anabranch.api.spi.store.StoreException;
import io.anabranch.catalog.CatalogException;
import java.util.Optional;

/** What to do about an error, by its code. Whoever throws it does not know commands or options. */
final class Advice {
  private static final String ANOTHER_STORE = "or use another store.url";

  private Advice() {}

  /** Returns the message of an error, and what to do about it. */
  static String text(Throwable error) {
    return error.getMessage() + of(error).map(". "::concat).orElse("");
  }

  /** Returns the advice for an error, or for what brought it about. */
  static Optional<String> of(Throwable error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof CatalogException refused) {
        return Optional.of(of(refused.code()));
      }
      if (cause instanceof StoreException failed) {
        return of(failed.code());
      }
    }
    return Optional.empty();
  }

  private static String of(CatalogException.Code code) {
    return switch (code) {
      case OTHER_ARCHITECTURE -> "Set architecture back, " + ANOTHER_STORE;
      case OTHER_LOG -> "Set log.path back, " + ANOTHER_STORE;
      case OTHER_DEFINITION ->
          "Undo the change, or compute the view anew: \"anabranch run --layer batch --full\" in"
              + " Lambda, \"anabranch replay\" in Kappa";
      case NOT_CONTINUED, OUTRUN, BACKWARDS, SOURCES_CHANGED ->
          "Nothing was changed; run it again if it is needed";
      case FENCED -> "Keep one run of a layer at a time";
      case UNKNOWN_VERSION, LIVE_CHANGED, NO_ROLE ->
          "Nothing was changed; \"anabranch status\" shows the versions";
      case BACKFILL_RUNNING -> "Let its replay go on, or replay again";
      case NOTHING_TO_SHARE, NO_SLICE_ENDS_THERE ->
          "Replay from an earlier epoch, or all of the log, without --from";
      case NOT_CAUGHT_UP -> "Let its replay go on; \"anabranch status\" shows how far it is";
      case IS_LIVE -> "Promote another version first";
      case TOO_MANY_CONFLICTS -> "Try again";
      case NEWER_FORMAT -> "Use the newer release, " + ANOTHER_STORE;
      case UNREADABLE -> "Restore the store from a backup, " + ANOTHER_STORE;
    };
  }

  private static Optional<String> of(StoreException.Code code) {
    return switch (code) {
      case LOCKED -> Optional.of("End that process or raise store.timeout, and try again");
      case FULL -> Optional.of("Free some space and try again; what was stored is unharmed");
      case READ_ONLY -> Optional.of("Let this user write to the file and its folder");
      case UNREADABLE -> Optional.of("Name another file in store.url, or restore it from a backup");
      case OLDER_SCHEMA -> Optional.of("Compute the views anew, into another store.url");
      case NEWER_SCHEMA -> Optional.of("Use the newer release, " + ANOTHER_STORE);
      case TIMED_OUT -> Optional.of("Ask for fewer keys or a shorter range, or allow it more time");
      case TOO_MUCH -> Optional.of("Ask in several reads");
      case FAILED -> Optional.empty();
    };
  }
}
