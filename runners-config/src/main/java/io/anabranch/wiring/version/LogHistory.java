/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.version;

import static java.util.stream.Collectors.joining;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.log.EpochChange;
import io.anabranch.api.spi.log.EpochChange.Kind;
import io.anabranch.api.spi.log.EpochContent;
import io.anabranch.api.spi.log.EventLog;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.catalog.ViewLifecycle;
import io.anabranch.catalog.document.Version;
import io.anabranch.catalog.document.ViewCatalog;
import io.anabranch.catalog.transition.Compatibility;
import io.anabranch.wiring.RunContext;
import io.anabranch.wiring.RunException;
import io.anabranch.wiring.RunException.Code;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Compares the log with what views were computed from. The store remembers it for each epoch, so a
 * log that was trimmed, damaged, or restored from a backup is found before anything is computed
 * from it.
 */
public final class LogHistory {
  private static final int MOST_NAMED = 3;

  private LogHistory() {}

  /** Returns how the log differs from what the live versions of a view were computed from. */
  public static List<EpochChange> changes(EventLog log, ViewStore store, ViewCatalog view) {
    ViewLifecycle views = new ViewLifecycle(store);
    List<EpochContent> contents = new ArrayList<>();
    view.base().ifPresent(version -> contents.addAll(views.remembered(version)));
    view.speed()
        .ifPresent(
            version ->
                views.remembered(version).stream()
                    .filter(content -> content.epoch() > view.batchThrough())
                    .forEach(contents::add));
    return changes(log, contents);
  }

  /** Of a trimmed epoch some records may be left, so that the log itself does not miss it. */
  private static List<EpochChange> changes(EventLog log, List<EpochContent> contents) {
    List<EpochChange> changes = new ArrayList<>(log.changes(contents));
    long trimmed = contents.isEmpty() ? Epochs.NONE : log.end().trimmedThrough();
    contents.stream()
        .map(EpochContent::epoch)
        .filter(epoch -> epoch <= trimmed)
        .filter(epoch -> changes.stream().noneMatch(change -> change.epoch() == epoch))
        .map(
            epoch ->
                new EpochChange(
                    epoch,
                    Kind.REMOVED,
                    "epoch [%s, %s) was trimmed"
                        .formatted(log.epochs().start(epoch), log.epochs().end(epoch))))
        .forEach(changes::add);
    return changes;
  }

  /**
   * Fails if rows of a view were computed from other records than the log holds now.
   *
   * @throws UserException if so
   */
  public static void requireSame(RunContext<?> context, ViewCatalog view) {
    requireSame(
        view.view(), changes(context.log(), context.store(), view), Code.LOG_CHANGED_UNDER_LAMBDA);
  }

  /** Fails if rows of a version were computed from other records than the log holds now. */
  public static void requireSame(RunContext<?> context, Version version) {
    requireSame(
        version.view().name(),
        changes(context.log(), context.lifecycle().remembered(version)),
        Code.LOG_CHANGED_UNDER_KAPPA);
  }

  private static void requireSame(String view, List<EpochChange> changes, Code code) {
    List<EpochChange> changed = of(Kind.CHANGED, changes);
    if (!changed.isEmpty()) {
      throw RunException.of(
          code,
          "view \"%s\" was computed from another state of the log: %s. Nothing was changed",
          view,
          text(changed));
    }
  }

  /**
   * Fails if the live version of a view holds epochs that the log no longer holds, as a version
   * computed again would lack them.
   *
   * @param after epochs through this one are not computed anew
   * @throws UserException if so
   */
  public static void requireNothingRemoved(RunContext<?> context, ViewCatalog view, long after) {
    List<EpochChange> removed =
        of(Kind.REMOVED, changes(context.log(), context.store(), view)).stream()
            .filter(change -> change.epoch() > after)
            .toList();
    if (!removed.isEmpty()) {
      LogEnd end = context.log().end();
      Instant first =
          end.isEmpty() ? Instant.EPOCH : context.log().epochs().start(end.firstEpoch());
      throw RunException.at(
          first,
          removed(context, view, end),
          "view \"%s\": %s. Version %d, which is live, holds these epochs, and one computed again would lack them. Nothing was changed",
          view.view(),
          text(removed),
          view.live().get(0).id());
    }
  }

  /** A changed definition cannot go on from the rows of before. */
  private static <E> Code removed(RunContext<E> context, ViewCatalog view, LogEnd end) {
    boolean sameDefinition =
        Compatibility.isSameDefinition(
            view.live().get(0), context.application().view(view.view()).fingerprint());
    return end.isEmpty() || !sameDefinition
        ? Code.EPOCHS_REMOVED
        : switch (view.architecture()) {
          case LAMBDA -> Code.EPOCHS_REMOVED_UNDER_LAMBDA;
          case KAPPA -> Code.EPOCHS_REMOVED_UNDER_KAPPA;
        };
  }

  /**
   * Fails if the log lacks records of epochs that are to be read, or holds others than it did when
   * they were closed. A log that was trimmed before anything was computed from it begins later.
   *
   * @throws UserException if so
   */
  public static void requireWhole(RunContext<?> context, EpochRange reads) {
    if (reads.after() >= reads.through()) {
      return;
    }
    List<EpochChange> faults =
        reads.after() == Epochs.NONE
            ? faults(context.log()).stream().filter(fault -> reads.contains(fault.epoch())).toList()
            : context.log().faults(reads);
    if (of(Kind.CHANGED, faults).isEmpty() && !faults.isEmpty()) {
      throw new UserException(
          "the log no longer holds epochs that are to be read, or that windows of a view look back to: %s. Nothing was changed. Restore them; to go on without them, compute the views into another store.url"
              .formatted(text(faults)));
    }
    if (!faults.isEmpty()) {
      throw new UserException(
          "the log is damaged: %s. Nothing was changed. Restore what is missing from a backup"
              .formatted(text(faults)));
    }
  }

  /**
   * Fails if epochs changed while they were read, as nobody knows what of them was.
   *
   * @param contents what they held before
   * @throws UserException if so
   */
  public static void requireUnchanged(RunContext<?> context, List<EpochContent> contents) {
    List<EpochChange> changes = context.log().changes(contents);
    if (!changes.isEmpty()) {
      throw new UserException(
          "the log changed while it was read: %s. Nothing was changed; run again"
              .formatted(text(changes)));
    }
  }

  /** Returns what is missing or damaged in a log, but for the epochs before it begins. */
  public static List<EpochChange> faults(EventLog log) {
    long trimmed = log.end().trimmedThrough();
    return log.faults(EpochRange.ALL).stream()
        .filter(fault -> fault.kind() != Kind.REMOVED || fault.epoch() > trimmed)
        .toList();
  }

  /** Returns the first epoch that the log holds, if it held earlier ones. */
  public static OptionalLong beginsLater(EventLog log) {
    LogEnd end = log.end();
    return end.isTrimmed() && !end.isEmpty()
        ? OptionalLong.of(end.firstEpoch())
        : OptionalLong.empty();
  }

  /** Returns those of a kind. */
  public static List<EpochChange> of(Kind kind, List<EpochChange> changes) {
    return changes.stream().filter(change -> change.kind() == kind).toList();
  }

  /** Returns what differs, for people: the first few, and how many more there are. */
  public static String text(List<EpochChange> changes) {
    String text = changes.stream().limit(MOST_NAMED).map(EpochChange::text).collect(joining("; "));
    return changes.size() <= MOST_NAMED
        ? text
        : text + "; and " + (changes.size() - MOST_NAMED) + " more epochs";
  }
}
