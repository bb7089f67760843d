/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.run;

import io.anabranch.api.Epochs;
import io.anabranch.api.Tolerance;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.log.LogPosition;
import io.anabranch.api.spi.log.ReadProgress;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.catalog.VersionState;
import io.anabranch.catalog.ViewState;
import io.anabranch.wiring.RunContext;
import io.anabranch.wiring.RunException;
import io.anabranch.wiring.RunException.Code;
import io.anabranch.wiring.Stop;
import io.anabranch.wiring.version.Promotion;
import io.anabranch.wiring.version.PromotionGate;
import io.anabranch.wiring.version.VersionComparison;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * Promotes the candidates of a replay once they have caught up, if they match the live version. A
 * comparison that fails is final; whatever else stands in the way, such as a store that somebody
 * locks, is tried again the next time it looks.
 */
final class AutoPromotion {
  private final RunContext<?> context;
  private final RunListener listener;
  private final Function<String, Tolerance> tolerances;
  private final Stop stop;
  private boolean pending = true;
  private String lastReason = "";
  private Optional<LogPosition> goal = Optional.empty();

  AutoPromotion(
      RunContext<?> context,
      RunListener listener,
      Function<String, Tolerance> tolerances,
      Stop stop) {
    this.context = context;
    this.listener = listener;
    this.tolerances = tolerances;
    this.stop = stop;
  }

  /**
   * Promotes if it is time.
   *
   * @param all what the replay fills
   * @throws UserException if the store does not answer; look again
   */
  void look(Collection<OpenSlice> all) {
    if (!pending) {
      return;
    }
    List<OpenSlice> slices = left(all);
    if (slices.isEmpty()) {
      return;
    }
    Optional<UserException> behind =
        slices.stream().map(this::notComparable).flatMap(Optional::stream).findFirst();
    if (behind.isPresent()) {
      waits(behind.get());
    } else if (haveCaughtUp(slices)) {
      try {
        promote(slices, PromotionGate.PATIENCE);
      } catch (UserException e) {
        if (!pending) { // promoted, but it could not be reported
          throw e;
        }
        waits(e);
      }
    }
  }

  /** Promotes now, or reports why not, as nobody looks again. */
  void atTheEnd(Collection<OpenSlice> all) {
    if (pending) {
      try {
        promote(left(all), Duration.ZERO); // all that was read is stored
      } catch (UserException e) {
        if (!pending) {
          throw e;
        }
        pending = false;
        listener.notPromoted(e);
      }
    }
  }

  private List<OpenSlice> left(Collection<OpenSlice> all) {
    return all.stream().filter(slice -> !VersionsRun.isRetired(context, slice)).toList();
  }

  private void waits(UserException reason) {
    String kind = reason.getMessage().replaceAll("[0-9]+", "#"); // places and times move on
    if (!kind.equals(lastReason)) {
      lastReason = kind;
      listener.promotionWaits(reason);
    }
  }

  /**
   * Rows of a backfill cannot be divided, so they are not compared with what is complete through a
   * part of it only. By another definition they need not agree, and nothing waits for that.
   */
  private Optional<UserException> notComparable(OpenSlice slice) {
    Optional<ViewState> pointer =
        context
            .catalog()
            .live(slice.view())
            .filter(each -> isCandidate(each, slice))
            .filter(
                each ->
                    each.fingerprint()
                        .equals(context.application().view(slice.view()).fingerprint()));
    if (pointer.isEmpty()) {
      return Optional.empty();
    }
    long live = pointer.get().completeThrough();
    Epochs epochs = context.log().epochs();
    if (Math.min(live, completeThrough(slice)) == Epochs.NONE) {
      return Optional.of(
          new UserException(
              "view \"%s\": no closed epoch is complete in both versions yet, so there is nothing to compare"
                  .formatted(slice.view())));
    }
    return live >= slice.after()
        ? Optional.empty()
        : Optional.of(
            RunException.of(
                Code.LIVE_BEHIND,
                "view \"%s\": version %d holds the backfill through %s, and the live version is complete through %s only, so they cannot be compared yet",
                slice.view(),
                slice.version(),
                epochs.end(slice.after()),
                epochs.end(live)));
  }

  private static boolean isCandidate(ViewState pointer, OpenSlice slice) {
    return pointer.candidate().equals(OptionalLong.of(slice.version()));
  }

  private long completeThrough(OpenSlice slice) {
    return context
        .catalog()
        .version(slice.version())
        .map(VersionState::completeThrough)
        .orElse(Epochs.NONE);
  }

  /** Whether all that was in the log was read, and what is complete elsewhere is complete here. */
  private boolean haveCaughtUp(Collection<OpenSlice> slices) {
    LogEnd end = context.log().end();
    long closed = Math.min(end.lastClosedWithRecords().orElse(Epochs.NONE), end.lastEpoch());
    for (OpenSlice slice : slices) {
      long live =
          context.catalog().live(slice.view()).map(ViewState::completeThrough).orElse(closed);
      if (completeThrough(slice) < Math.max(closed, live)) {
        return false;
      }
    }
    LogPosition all = goal.orElse(end.position()); // the log may never stand still
    goal = Optional.of(all);
    List<ReadProgress> readings = context.runs().readings(slices.iterator().next().run());
    return readings.size() >= slices.size()
        && readings.stream().allMatch(progress -> progress.position().covers(all));
  }

  /** Promotes those that are candidates still: another replay may have taken their place. */
  private void promote(List<OpenSlice> slices, Duration patience) {
    List<String> candidates =
        slices.stream()
            .filter(
                slice ->
                    context
                        .catalog()
                        .live(slice.view())
                        .filter(pointer -> isCandidate(pointer, slice))
                        .isPresent())
            .map(OpenSlice::view)
            .toList();
    if (candidates.isEmpty()) { // they answer, as there was nothing else that did
      pending = false;
      return;
    }
    List<VersionComparison> comparisons;
    try {
      comparisons =
          Promotion.promote(
              context, candidates, tolerances, false, PromotionGate.of(patience).stoppedBy(stop));
    } catch (UserException e) {
      if (Promotion.isFinal(e)) {
        pending = false;
        listener.notPromoted(e);
        return;
      }
      throw e;
    } catch (RuntimeException e) { // of an author's combine function, when rows are compared
      pending = false;
      listener.notPromoted(UserException.of(e));
      return;
    }
    pending = false;
    listener.promoted(comparisons);
  }
}
