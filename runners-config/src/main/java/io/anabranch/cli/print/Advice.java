/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.print;

import io.anabranch.api.spi.log.LogException;
import io.anabranch.api.spi.store.FencedException;
import io.anabranch.api.spi.store.StoreException;
import io.anabranch.catalog.document.CatalogException;
import io.anabranch.input.NotTextException;
import io.anabranch.serving.IncompleteAnswerException;
import io.anabranch.wiring.RunException;
import java.time.Instant;
import java.util.Optional;

/** What to do about an error, by its code. Whoever throws it does not know commands or options. */
public final class Advice {
  private static final String ANOTHER_STORE = "or use another store.url";

  private Advice() {}

  /** Returns the message of an error, and what to do about it. */
  public static String text(Throwable error) {
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
      if (cause instanceof FencedException) {
        return Optional.of("Keep one run of a layer at a time");
      }
      if (cause instanceof RunException refused) {
        return Optional.of(of(refused));
      }
      if (cause instanceof LogException failed) {
        return of(failed);
      }
      if (cause instanceof IncompleteAnswerException) {
        return Optional.of(
            "Wait until a run has computed them, or start one (\"anabranch run\"); or ask without --strict");
      }
      if (cause instanceof NotTextException) {
        return Optional.of("To take its bytes as they are, state --binary");
      }
    }
    return Optional.empty();
  }

  private static String of(CatalogException.Code code) {
    return switch (code) {
      case NOT_COMPUTED -> "Compute it first, with \"anabranch run\"";
      case OTHER_ARCHITECTURE -> "Set architecture back, " + ANOTHER_STORE;
      case OTHER_LOG -> "Set log.path back, " + ANOTHER_STORE;
      case OTHER_DEFINITION ->
          "Undo the change, or compute the view again: \"anabranch run --layer batch --full\" in Lambda, after which speed restarts; \"anabranch replay\" in Kappa";
      case NOT_CONTINUED, OUTRUN, BACKWARDS, SOURCES_CHANGED ->
          "Nothing was changed; run it again if it is needed";
      case FENCED -> "Keep one run of a layer at a time";
      case UNKNOWN_VERSION, NO_ROLE -> "\"anabranch status\" shows the versions";
      case LIVE_CHANGED -> "Nothing was changed; \"anabranch status\" shows the versions";
      case BACKFILL_RUNNING -> "Let its replay go on, or replay again";
      case NOTHING_TO_SHARE -> "Replay all of the log, without --from";
      case NO_SLICE_ENDS_THERE -> "Replay from an earlier epoch, or all of the log, without --from";
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
      case UNREACHABLE ->
          Optional.of(
              "Start the server, or correct the host and the port in store.url, and try again");
      case DENIED ->
          Optional.of(
              "Correct the database in store.url, store.user, or the password: it is in store.passwordFile, or in the environment variable ANABRANCH_STORE_PASSWORD");
      case ROW_REFUSED -> Optional.empty();
      case FULL -> Optional.of("Free some space and try again; what was stored is unharmed");
      case READ_ONLY -> Optional.of("Let this user write to it");
      case UNREADABLE -> Optional.of("Name another store.url, or restore it from a backup");
      case OLDER_SCHEMA -> Optional.of("Compute the views again, into another store.url");
      case NEWER_SCHEMA -> Optional.of("Use the newer release, " + ANOTHER_STORE);
      case TIMED_OUT -> Optional.of("Ask for fewer keys or a shorter range, or allow it more time");
      case TOO_MUCH -> Optional.of("Ask in several reads");
      case FAILED -> Optional.empty();
    };
  }

  private static String of(RunException refused) {
    String time = refused.time().map(Instant::toString).orElse("TIME");
    return switch (refused.code()) {
      case NOTHING_CLOSED ->
          "Close the first, with \"anabranch close --through %s\"; epochs of records ingested without --at close by themselves"
              .formatted(time);
      case LOG_SHORTER ->
          "Restore the log, or set log.path; if only its file \"closed\" was lost, close the epochs again: \"anabranch close --through %s\""
              .formatted(time);
      case LOG_CHANGED_UNDER_LAMBDA ->
          "Restore the log; or, if it is right as it is, close the epochs that were read (\"anabranch close\") and compute everything again: \"anabranch run --layer batch --full\"";
      case LOG_CHANGED_UNDER_KAPPA ->
          "Restore the log; or, if it is right as it is, compute the view again beside the live version: \"anabranch replay\"";
      case EPOCHS_REMOVED -> "Restore them; to answer without them, use another store.url";
      case EPOCHS_REMOVED_UNDER_LAMBDA ->
          "Restore them, or compute only what is new (without --full); to answer without them, use another store.url";
      case EPOCHS_REMOVED_UNDER_KAPPA ->
          "Restore them, or replay from the first epoch that is there (--from %s), which can be done if a slice of the live version ends there; to answer without them, use another store.url"
              .formatted(time);
      case ROWS_DIFFER ->
          "See \"anabranch status\"; without --fail-on-mismatch the batch rows take over";
      case NOTHING_COMPLETE ->
          "Close one (\"anabranch close --through\", the end of an hour of the log) and run the view until it has caught up";
      case SERVED_BY_LAMBDA -> "Move it first, with \"anabranch run\" and architecture: kappa";
      case NO_CANDIDATE -> "Compute one, with \"anabranch replay\"";
      case NO_PREVIOUS -> "\"anabranch status\" shows the versions";
      case BACKFILL_RUNNING -> "Let its replay go on, or replay again";
      case CANDIDATE_DIFFERS ->
          "See \"anabranch compare\"; if the difference is intended, raise the view's revision in the code and replay, or promote with --force";
      case CANDIDATE_NOT_COMPARED ->
          "Then promote again; or promote what was not compared with --force";
      case CANDIDATE_BEHIND -> "Let their replay go on, or \"anabranch run --role candidate\"";
      case LIVE_BEHIND -> "Let the live version go on, with \"anabranch run --role live\"";
      case RUN_ALIVE ->
          "Stop it, redrive, and start it again with the mended code; a run that was killed counts as alive for half a minute";
      case LETTERS_REMOVED ->
          "Restore the removed epochs of the log, or give these dead letters up: \"anabranch dead-letters discard --all\"";
    };
  }

  private static Optional<String> of(LogException failed) {
    return switch (failed.code()) {
      case INACCESSIBLE -> Optional.of("Name a folder in log.path that this user may write to");
      case UNREACHABLE -> Optional.of("Start the server, or correct log.brokers, and try again");
      case DENIED ->
          Optional.of(
              "Correct the user in the file that log.client names, or give it the rights that docs/kafka.md lists");
      case NOT_FOUND -> Optional.of("Make it first, or correct its name in the configuration");
      case CLOCKS_DIFFER ->
          Optional.of(
              "Set the clocks, or log.margin higher; then compute the epoch again: \"anabranch run --layer batch --full\" in Lambda, \"anabranch replay\" in Kappa");
      case NOT_OVER -> Optional.of("Wait until it is over; epochs close by themselves");
      case NOT_A_LOG ->
          Optional.of("Name a new or an empty folder in log.path, or restore the file");
      case OTHER_EPOCH_LENGTH -> Optional.of("Set log.epoch back, or name another log.path");
      case NEWER_FORMAT -> Optional.of("Use the newer release, or another log.path");
      case OLDER_FORMAT -> Optional.of("Ingest its records into a new log.path");
      case DAMAGED -> Optional.of("Restore what is damaged or missing from a backup");
      case CLOSING_LOST ->
          Optional.of(
              "Restore it from a backup; without one, make an empty file of this name, and close the epochs that views were computed from before anything is ingested: \"anabranch close --through TIME\", with the time that \"anabranch status\" names");
      case ARCHIVED ->
          Optional.of(
              "Read the archive first: \"anabranch run --layer batch\" in Lambda, \"anabranch replay\" in Kappa; then follow the log from there");
      case NOT_CLOSED ->
          Optional.of("Wait until they are over, or close them: \"anabranch close\"");
      case EPOCH_CLOSED ->
          Optional.of("State an ingestion time from then on (--at), or append at the present time");
      case CLOCK_BEHIND ->
          Optional.of(
              "If the clock of this machine is behind, set it. If another one was ahead, append to the first open epoch until that time has come, with --at %s. Combined views answer with such records at once; windowed views list them as late and count them with the next full batch run. Batch reads them after \"anabranch close --force --through %s\""
                  .formatted(time(failed, 0), time(failed, 1)));
      case CLOCK_AHEAD ->
          Optional.of(
              "If the clock is right, append once with --at %s, or set log.maxClockJump"
                  .formatted(time(failed, 0)));
      case RECORD_TOO_LONG ->
          Optional.of("Shorten or remove the line, or set log.maxRecord higher");
      case TOO_MUCH_AT_ONCE -> Optional.of("Ingest it in parts");
      case MISCONFIGURED, TIME_OUT_OF_RANGE, NO_RECORDS, UNREADABLE_INPUT, FAILED ->
          Optional.empty();
    };
  }

  /** Another log may not say it. */
  private static String time(LogException failed, int which) {
    return failed.times().size() > which ? failed.times().get(which).toString() : "TIME";
  }
}
