/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.run;

import io.anabranch.api.Architecture;
import io.anabranch.api.Tolerance;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.api.spi.store.RunProgress;
import io.anabranch.catalog.document.ViewCatalog;
import io.anabranch.catalog.document.ViewRef;
import io.anabranch.catalog.transition.Compatibility;
import io.anabranch.wiring.RunContext;
import io.anabranch.wiring.RunException;
import io.anabranch.wiring.Stop;
import io.anabranch.wiring.version.Promotion;
import io.anabranch.wiring.version.PromotionGate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * Takes records that were set aside, after a format, a step of a view or the store was mended. The
 * epochs that hold them are computed anew from the log, so a record counts once, however often it
 * was set aside or taken: in Lambda by a full batch run; in Kappa by a replay from the first of the
 * epochs that the log still holds, whose candidates are promoted though rows differ. Readers see
 * all of it at once.
 *
 * <p>No other run may write the views meanwhile: it would go on with the code that was not mended.
 */
public final class Redrive {
  private static final Duration DEAD_AFTER = Duration.ofSeconds(30);

  private Redrive() {}

  /**
   * What became of the dead letters of the live versions.
   *
   * @param before how many there were
   * @param after how many there are now
   */
  public record Report(long before, long after) {}

  /**
   * Computes what is needed, if there are such dead letters.
   *
   * @throws io.anabranch.api.UserException if another run is alive, or as {@link BatchRun} and
   *     {@link ReplayRun} do
   */
  public static <E> Report run(
      RunContext<E> context, Architecture architecture, Stop stop, RunListener listener) {
    long before = context.deadLetters().faults();
    if (before == 0) {
      return new Report(0, 0);
    }
    requireNoRun(context);
    if (architecture == Architecture.LAMBDA) {
      BatchRun.of(context).full(true).stoppedBy(stop).run(listener);
    } else {
      replay(context, stop, listener);
    }
    return new Report(before, context.deadLetters().faults());
  }

  private static <E> void replay(RunContext<E> context, Stop stop, RunListener listener) {
    Found found =
        new Found(context.application().views().stream().map(ViewDefinition::name).toList());
    context.deadLetters().forEachFault(found::add);
    List<String> views = new ArrayList<>();
    boolean same = true;
    for (ViewDefinition<E, ?, ?, ?, ?> view : context.application().views()) {
      ViewCatalog catalog = context.catalog().load(view.name());
      if (catalog.isLive() && (found.ofAllViews || found.views.contains(view.name()))) {
        views.add(view.name());
        same &= Compatibility.isSameDefinition(catalog.live().get(0), view.fingerprint());
      }
    }
    if (views.isEmpty()) {
      return;
    }
    LogEnd end = context.log().end();
    long begins = Math.max(end.firstEpoch(), end.trimmedThrough() + 1);
    if (found.last < begins) {
      throw RunException.of(
          RunException.Code.LETTERS_REMOVED,
          "the log no longer holds the records of any dead letter, or not all of their epochs");
    }
    long first = Math.max(found.first, begins);
    Replay plan = plan(context, views, same ? OptionalLong.of(first) : OptionalLong.empty());
    ReplayRun.of(context, plan).untilCaughtUp(true).stoppedBy(stop).run(listener);
    if (!stop.isRequested()) {
      listener.promoted(
          Promotion.promote(
              context,
              views,
              view -> Tolerance.NONE,
              true, // rows differ, that is what it is for
              PromotionGate.of(PromotionGate.PATIENCE)));
    }
  }

  /** A slice of the live version may reach from removed epochs to those of the dead letters. */
  private static <E> Replay plan(RunContext<E> context, List<String> views, OptionalLong from) {
    try {
      return Replay.of(context, views, from);
    } catch (RunException e) {
      if (e.code() == RunException.Code.EPOCHS_REMOVED_UNDER_KAPPA) {
        throw RunException.of(RunException.Code.LETTERS_REMOVED, "%s", e.getMessage());
      }
      throw e;
    }
  }

  private static void requireNoRun(RunContext<?> context) {
    Instant silentSince = Instant.now().minus(DEAD_AFTER);
    Set<Long> writing = new TreeSet<>();
    for (ViewRef view : context.refs()) {
      context
          .catalog()
          .load(view.name())
          .fences()
          .values()
          .forEach(each -> writing.add(each.run()));
    }
    for (RunProgress run : context.store().progress().read(writing)) {
      if (run.ended().isEmpty() && run.seen().isAfter(silentSince)) {
        throw RunException.of(
            RunException.Code.RUN_ALIVE,
            "run %d (%s) writes the views, and was alive at %s",
            run.run(),
            run.layer(),
            run.seen());
      }
    }
  }

  private static final class Found {
    private final Set<String> known;
    private final TreeSet<String> views = new TreeSet<>();
    private boolean ofAllViews;
    private long first = Long.MAX_VALUE;
    private long last = Long.MIN_VALUE;

    Found(Collection<String> known) {
      this.known = Set.copyOf(known);
    }

    void add(DeadLetter letter) {
      Optional<String> view = letter.view();
      if (view.isPresent() && !known.contains(view.get())) {
        return; // the application no longer has it
      }
      view.ifPresent(views::add);
      ofAllViews |= view.isEmpty();
      first = Math.min(first, letter.place().epoch());
      last = Math.max(last, letter.place().epoch());
    }
  }
}
