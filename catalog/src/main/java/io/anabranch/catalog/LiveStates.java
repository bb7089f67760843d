/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog;

import static io.anabranch.api.Epochs.NONE;

import io.anabranch.api.Epochs;
import io.anabranch.api.spi.LiveState;
import io.anabranch.api.spi.ReadRequest;
import io.anabranch.api.spi.store.CatalogState;
import io.anabranch.api.spi.store.LiveHead;
import io.anabranch.api.spi.store.RowQuery;
import io.anabranch.api.spi.store.SliceStats;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** What reads of the wide interface return. */
final class LiveStates {
  private LiveStates() {}

  static RowQuery query(ReadRequest request, ViewCatalog view, long revision) {
    long from = request.from().map(LiveStates::millis).orElse(Long.MIN_VALUE);
    long to = request.to().map(LiveStates::millis).orElse(Long.MAX_VALUE);
    Optional<Version> live = view.live().stream().findFirst();
    long fromEpoch =
        live.filter(version -> from != Long.MIN_VALUE)
            .map(version -> new Epochs(version.view().epochLength()).at(Instant.ofEpochMilli(from)))
            .orElse(NONE);
    Optional<Version> counting = live.filter(version -> version.countedInThrough().isPresent());
    RowQuery.Letters letters =
        new RowQuery.Letters(
            fromEpoch,
            from,
            to,
            counting.map(version -> version.wholeThrough().orElse(NONE)).orElse(NONE),
            counting.map(version -> version.countedInThrough().getAsLong()).orElse(Long.MIN_VALUE));
    return new RowQuery(
        request.view(),
        from,
        to == Long.MAX_VALUE || to == Long.MIN_VALUE ? to : to - 1,
        request.keyTexts(),
        Optional.empty(),
        request.ordered(),
        OptionalInt.empty(),
        letters,
        revision,
        request.timeout());
  }

  /** The first whole millisecond not before the time, as far as there are any. */
  private static long millis(Instant time) {
    try {
      long before = time.toEpochMilli();
      return Instant.ofEpochMilli(before).equals(time) ? before : Math.addExact(before, 1);
    } catch (ArithmeticException e) {
      return time.isBefore(Instant.EPOCH) ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
  }

  static Optional<LiveState> of(ViewCatalog view, LiveHead head) {
    return view.isLive() ? Optional.of(live(view, head)) : Optional.empty();
  }

  private static LiveState live(ViewCatalog view, LiveHead head) {
    Map<Long, LiveHead.Activity> following = new HashMap<>();
    Map<Long, Long> progress = new HashMap<>();
    for (LiveHead.Activity activity : head.following()) {
      following.put(activity.rows(), activity);
      activity.completeThrough().ifPresent(through -> progress.put(activity.rows(), through));
    }
    List<LiveState.LiveSlice> slices = new ArrayList<>();
    for (Version version : view.live()) {
      boolean speed = view.speed().equals(Optional.of(version));
      version
          .shown()
          .forEach(
              slice ->
                  slices.add(
                      slice.follows()
                          ? following(slice, speed, following.get(slice.rows()))
                          : closed(slice, speed)));
    }
    return new LiveState(
        Pointers.of(view, head.revision(), new CatalogState(Map.of(), progress, Map.of())),
        slices,
        head.log(),
        head.undecodable(),
        head.late());
  }

  private static LiveState.LiveSlice following(
      Slice slice, boolean speed, LiveHead.Activity activity) {
    return new LiveState.LiveSlice(
        speed,
        slice.epochs(),
        activity.completeThrough().orElse(NONE),
        activity.updated(),
        activity.seen(),
        activity.position());
  }

  private static LiveState.LiveSlice closed(Slice slice, boolean speed) {
    return new LiveState.LiveSlice(
        speed,
        slice.epochs(),
        slice.through(),
        slice.stats().flatMap(SliceStats::updated),
        Optional.empty(),
        Optional.empty());
  }
}
