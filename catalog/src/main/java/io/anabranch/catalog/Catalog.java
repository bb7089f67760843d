/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog;

import io.anabranch.api.Epochs;
import io.anabranch.api.spi.row.LiveSlice;
import io.anabranch.api.spi.store.CatalogChange;
import io.anabranch.api.spi.store.CatalogState;
import io.anabranch.api.spi.store.CatalogStore;
import io.anabranch.api.spi.store.IdKind;
import io.anabranch.api.spi.store.Snapshot;
import io.anabranch.catalog.document.CatalogException;
import io.anabranch.catalog.document.CatalogException.Code;
import io.anabranch.catalog.document.CatalogJson;
import io.anabranch.catalog.document.Version;
import io.anabranch.catalog.document.ViewCatalog;
import io.anabranch.catalog.transition.Changed;
import io.anabranch.catalog.transition.Transition;
import io.anabranch.catalog.transition.TransitionContext;
import io.anabranch.catalog.transition.TrashCollection;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.beam.sdk.util.BackOff;
import org.apache.beam.sdk.util.BackOffUtils;
import org.apache.beam.sdk.util.FluentBackoff;
import org.apache.beam.sdk.util.Sleeper;
import org.joda.time.Duration;

/**
 * The catalogs of the views of a store. Each change loads, applies a transition, and commits by
 * compare-and-set; it starts over if another process was faster. Thread-safe.
 */
public final class Catalog {
  private static final int MOST_RETRIES = 50;
  private static final FluentBackoff WAITS =
      FluentBackoff.DEFAULT
          .withInitialBackoff(Duration.millis(2))
          .withMaxBackoff(Duration.millis(500))
          .withExponent(1.5)
          .withMaxRetries(MOST_RETRIES);

  private final CatalogStore store;
  private final Clock clock;
  private final Sleeper sleeper;

  /** Opens the catalogs of a store. */
  public Catalog(CatalogStore store) {
    this(store, Clock.systemUTC());
  }

  /** For tests: takes the time from a clock. */
  public Catalog(CatalogStore store, Clock clock) {
    this(store, clock, Sleeper.DEFAULT);
  }

  /** For tests: waits otherwise. */
  Catalog(CatalogStore store, Clock clock, Sleeper sleeper) {
    this.store = store;
    this.clock = clock;
    this.sleeper = sleeper;
  }

  /** Returns the catalog of a view, empty if nothing of it was ever computed. */
  public ViewCatalog load(String view) {
    return load(List.of(view)).get(view);
  }

  /** Returns the catalogs of views, of one moment. */
  public Map<String, ViewCatalog> load(Collection<String> views) {
    try (Snapshot snapshot = store.snapshot()) {
      return parsed(views, snapshot.catalog(views));
    }
  }

  /** Returns the catalogs of all views of which anything was ever computed, of one moment. */
  public Map<String, ViewCatalog> loadAll() {
    try (Snapshot snapshot = store.snapshot()) {
      CatalogState state = snapshot.catalog(List.of());
      return parsed(state.entries().keySet(), state);
    }
  }

  /** Returns a view as it is now. */
  public ViewState state(String view) {
    try (Snapshot snapshot = store.snapshot()) {
      return state(view, snapshot.catalog(List.of(view)));
    }
  }

  /** Reads a view out of the state of a store. */
  static ViewState state(String view, CatalogState state) {
    return ViewState.of(parsed(List.of(view), state).get(view), state);
  }

  /** Returns a view as it is now, empty if nothing of it is live. */
  public Optional<ViewState> live(String view) {
    return Optional.of(state(view)).filter(state -> state.catalog().isLive());
  }

  /** Returns a version as it is now, empty if there is none of this number, or no longer. */
  public Optional<VersionState> version(long version) {
    try (Snapshot snapshot = store.snapshot()) {
      CatalogState state = snapshot.catalog(List.of());
      for (ViewCatalog view : parsed(state.entries().keySet(), state).values()) {
        if (view.version(version).isPresent()) {
          return Optional.of(
              new VersionState(ViewState.of(view, state), view.version(version).get()));
        }
      }
      return Optional.empty();
    }
  }

  /**
   * Returns a version as it is now.
   *
   * @throws CatalogException if there is none of this number, or no longer
   */
  public VersionState requireVersion(long version) {
    return version(version)
        .orElseThrow(
            () -> new CatalogException(Code.UNKNOWN_VERSION, "there is no version " + version));
  }

  /**
   * Reads a document.
   *
   * @throws CatalogException if it is damaged, or of a newer release
   */
  public static ViewCatalog parsed(String view, String document) {
    return CatalogJson.read(view, document);
  }

  /** Reads the documents of a state. */
  public static Map<String, ViewCatalog> parsed(Collection<String> views, CatalogState state) {
    Map<String, ViewCatalog> catalogs = new TreeMap<>();
    for (String view : views) {
      CatalogState.Entry entry = state.entries().get(view);
      catalogs.put(
          view, entry == null ? ViewCatalog.empty(view) : CatalogJson.read(view, entry.document()));
    }
    return catalogs;
  }

  /**
   * Changes views in one step, all or none.
   *
   * @param transition its name, for people
   * @return what the transition returned for each view, in their order
   * @throws CatalogException if the transition refuses a view, or other processes kept changing the
   *     same views; nothing is changed then
   */
  public <T> List<T> change(String transition, List<String> views, Transition<T> function) {
    if (views.isEmpty()) {
      return List.of();
    }
    BackOff waits = WAITS.backoff();
    while (true) {
      Attempt<T> attempt = new Attempt<>(transition, views, function);
      if (attempt.changes.isEmpty() || store.commit(attempt.changes, attempt.basedOn)) {
        return attempt.results;
      }
      if (!await(waits)) {
        throw new CatalogException(
            Code.TOO_MANY_CONFLICTS,
            "views %s: other processes changed them %d times while this one tried to %s; nothing was changed"
                .formatted(views, MOST_RETRIES, transition));
      }
    }
  }

  /** Changes views in one step that returns nothing else; see {@link #change}. */
  public void apply(String transition, List<String> views, Transition.Plain function) {
    change(
        transition,
        views,
        (catalog, context) -> new Changed<>(function.apply(catalog, context), catalog.view()));
  }

  private boolean await(BackOff waits) {
    try {
      return BackOffUtils.next(sleeper, waits);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CatalogException(
          Code.TOO_MANY_CONFLICTS, "the change was interrupted; nothing was changed", e);
    }
  }

  /** One reading of the catalogs, and what a transition makes of it. */
  private final class Attempt<T> implements TransitionContext {
    private final Instant now = clock.instant();
    private final CatalogState state;
    private final Map<Long, Long> basedOn = new TreeMap<>();
    private final List<CatalogChange> changes = new ArrayList<>();
    private final List<T> results = new ArrayList<>();
    private long generation;

    Attempt(String transition, List<String> views, Transition<T> function) {
      try (Snapshot snapshot = store.snapshot()) {
        state = snapshot.catalog(views);
      }
      Map<String, ViewCatalog> catalogs = parsed(new TreeSet<>(views), state);
      for (String view : views) {
        ViewCatalog before = catalogs.get(view);
        Changed<T> changed = function.apply(before, this);
        results.add(changed.result());
        ViewCatalog after = TrashCollection.collect(before, changed.catalog(), now);
        if (!after.equals(before)) {
          changes.add(change(transition, after));
        }
      }
    }

    private CatalogChange change(String transition, ViewCatalog after) {
      CatalogState.Entry entry = state.entries().get(after.view());
      return new CatalogChange(
          after.view(),
          entry == null ? 0 : entry.revision(),
          CatalogJson.write(after),
          transition,
          List.copyOf(after.fences().values()),
          liveSlices(after),
          DeadLetters.live(after));
    }

    @Override
    public long completeThrough(long rows) {
      long through = state.completeThrough(rows).orElse(Epochs.NONE);
      basedOn.put(rows, through);
      return through;
    }

    @Override
    public long nextVersion() {
      return store.nextId(IdKind.VERSION);
    }

    @Override
    public long nextRowSet() {
      return store.nextId(IdKind.ROW_SET);
    }

    @Override
    public long generation() {
      if (generation == 0) {
        generation = store.nextId(IdKind.GENERATION);
      }
      return generation;
    }

    @Override
    public Instant now() {
      return now;
    }
  }

  private static List<LiveSlice> liveSlices(ViewCatalog catalog) {
    List<LiveSlice> live = new ArrayList<>();
    for (Version version : catalog.live()) {
      boolean speed = catalog.speed().equals(Optional.of(version));
      version
          .shown()
          .forEach(
              slice ->
                  live.add(
                      new LiveSlice(
                          slice.range(),
                          speed,
                          version.id(),
                          version.view().log(),
                          slice.stats().map(stats -> stats.minBucket()).orElse(Long.MIN_VALUE),
                          slice.stats().map(stats -> stats.maxBucket()).orElse(Long.MAX_VALUE),
                          version.view().merge())));
    }
    return live;
  }
}
