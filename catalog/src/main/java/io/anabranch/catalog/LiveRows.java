/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog;

import static io.anabranch.api.Epochs.NONE;

import io.anabranch.api.Epochs;
import io.anabranch.api.spi.row.LiveHead;
import io.anabranch.api.spi.row.LiveRow;
import io.anabranch.api.spi.row.RowQuery;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.catalog.document.Version;
import io.anabranch.catalog.document.ViewCatalog;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** Reads the live rows of a view, and keeps its catalog until that changes. Thread-safe. */
public final class LiveRows {
  private final ViewStore store;
  private final String view;
  private final AtomicReference<Known> known = new AtomicReference<>();

  private record Known(long revision, ViewCatalog catalog) {}

  /** Reads a view of a store. */
  public LiveRows(ViewStore store, String view) {
    this.store = store;
    this.view = view;
  }

  /**
   * Reads in one statement, so that all of it is of one moment.
   *
   * @param rows gets each row
   * @return what the rows are the answer of, empty if nothing of the view is live
   */
  public Optional<LiveState> read(ReadRequest request, Consumer<LiveRow> rows) {
    Known before = known();
    Optional<LiveHead> found = store.rows().readLive(rowQuery(request, before), rows);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    LiveHead head = found.get();
    if (head.document().isEmpty()) {
      return state(before, head);
    }
    Known now = new Known(head.revision(), Catalog.parsed(view, head.document().get()));
    known.set(now);
    // Which late events count depends on the document.
    Optional<LiveHead> counted =
        store.rows().readLive(rowQuery(request, now).withoutRows(), row -> {});
    return state(
        now,
        counted.map(later -> head.withLetters(later.undecodable(), later.late())).orElse(head));
  }

  /** Returns the view as it is now, empty if nothing of it is live. */
  public Optional<ViewCatalog> catalog() {
    return new Catalog(store.catalog()).live(view).map(ViewState::catalog);
  }

  private static Optional<LiveState> state(Known known, LiveHead head) {
    return known.catalog().isLive()
        ? Optional.of(LiveState.of(known.catalog(), head))
        : Optional.empty();
  }

  private Known known() {
    Known now = known.get();
    if (now == null) {
      ViewState state = new Catalog(store.catalog()).state(view);
      now = new Known(state.revision(), state.catalog());
      known.set(now);
    }
    return now;
  }

  private RowQuery rowQuery(ReadRequest request, Known catalog) {
    long from = request.from().map(LiveRows::millis).orElse(Long.MIN_VALUE);
    long to = request.to().map(LiveRows::millis).orElse(Long.MAX_VALUE);
    return new RowQuery(
        view,
        from,
        to == Long.MAX_VALUE || to == Long.MIN_VALUE ? to : to - 1,
        request.keyTexts(),
        Optional.empty(),
        request.ordered(),
        OptionalInt.empty(),
        letters(catalog.catalog(), from, to),
        catalog.revision(),
        request.timeout());
  }

  private static RowQuery.Letters letters(ViewCatalog catalog, long from, long to) {
    Optional<Version> live = catalog.live().stream().findFirst();
    long fromEpoch =
        live.filter(version -> from != Long.MIN_VALUE)
            .map(version -> new Epochs(version.view().epochLength()).at(Instant.ofEpochMilli(from)))
            .orElse(NONE);
    Optional<Version> counting = live.filter(version -> version.countedInThrough().isPresent());
    return new RowQuery.Letters(
        fromEpoch,
        from,
        to,
        counting.map(version -> version.wholeThrough().orElse(NONE)).orElse(NONE),
        counting.map(version -> version.countedInThrough().getAsLong()).orElse(Long.MIN_VALUE));
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
}
