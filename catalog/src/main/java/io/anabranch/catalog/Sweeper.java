/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog;

import io.anabranch.api.spi.row.SliceRange;
import io.anabranch.api.spi.store.IdKind;
import io.anabranch.api.spi.store.RunProgress;
import io.anabranch.api.spi.store.Snapshot;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.catalog.document.Trash;
import io.anabranch.catalog.document.ViewCatalog;
import io.anabranch.catalog.transition.TrashCollection;
import io.anabranch.catalog.transition.VersionTransitions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import java.util.function.Predicate;

/** Deletes rows and dead letters that no catalog names, a few thousand at a time. */
final class Sweeper {
  private static final int MOST_ROWS = 5_000;

  private final ViewStore storage;
  private final Catalog catalog;

  Sweeper(ViewStore storage, Catalog catalog) {
    this.storage = storage;
    this.catalog = catalog;
  }

  /** Deletes trash of a view; returns how many rows. */
  long sweep(String view, Predicate<Trash> wanted) {
    long rows = 0;
    List<SliceRange> deleted = new ArrayList<>();
    for (Trash trash : catalog.load(view).trash()) {
      if (wanted.test(trash)) {
        rows += delete(trash.range());
        deleted.add(trash.range());
      }
    }
    if (!deleted.isEmpty()) {
      catalog.apply(
          "sweep", List.of(view), (found, context) -> VersionTransitions.swept(found, deleted));
    }
    return rows;
  }

  /** Drops versions that were retired, and deletes their rows; returns how many. */
  long dropVersions(String view, List<Long> versions) {
    Set<Long> rowSets = new TreeSet<>();
    catalog.apply(
        "drop",
        List.of(view),
        (found, context) -> {
          ViewCatalog next = found;
          rowSets.clear();
          for (long version : versions) {
            found.version(version).stream()
                .flatMap(each -> each.slices().stream())
                .forEach(slice -> rowSets.add(slice.rows()));
            next = VersionTransitions.drop(next, version);
          }
          return next;
        });
    long rows = sweep(view, trash -> rowSets.contains(trash.range().rows()));
    dropLetters();
    return rows;
  }

  private long delete(SliceRange range) {
    long rows = 0;
    long deleted;
    do {
      deleted = storage.rows().delete(range.rows(), range.epochs(), MOST_ROWS);
      rows += deleted;
    } while (deleted == MOST_ROWS);
    return rows;
  }

  Garbage collect(GarbageRules rules, Instant now) {
    Instant old = before(now, rules.grace());
    Instant silentSince = before(now, rules.deadAfter());
    long versions = 0;
    long slices = 0;
    long rows = 0;
    for (Map.Entry<String, ViewCatalog> view : catalog.loadAll().entrySet()) {
      LongPredicate dead = dead(silentSince);
      ViewCatalog kept = VersionTransitions.collect(view.getValue(), dead, old);
      versions += view.getValue().versions().size() - kept.versions().size();
      slices += slices(view.getValue()) - slices(kept);
      ViewCatalog next = TrashCollection.collect(view.getValue(), kept, now);
      Predicate<Trash> due = trash -> !trash.since().isAfter(old) || isSuperseded(next, trash);
      slices += whole(view.getValue(), due);
      if (rules.dryRun()) {
        rows += count(next, due);
      } else {
        catalog.apply(
            "collect garbage",
            List.of(view.getKey()),
            (found, context) -> VersionTransitions.collect(found, dead, old));
        rows += sweep(view.getKey(), due);
      }
    }
    if (!rules.dryRun()) {
      dropLetters();
    }
    return new Garbage(versions, slices, rows);
  }

  /** Rows that batch took over from speed go at once. */
  static boolean isSuperseded(ViewCatalog view, Trash trash) {
    return view.versions().stream()
        .flatMap(version -> version.following().stream())
        .anyMatch(slice -> slice.rows() == trash.range().rows());
  }

  /** Slices that were compacted into others are trash already. */
  private static long whole(ViewCatalog view, Predicate<Trash> due) {
    return view.trash().stream()
        .filter(due)
        .filter(trash -> trash.range().epochs().through() == Long.MAX_VALUE)
        .count();
  }

  private static long slices(ViewCatalog view) {
    return view.versions().stream().mapToLong(version -> version.slices().size()).sum();
  }

  private long count(ViewCatalog view, Predicate<Trash> due) {
    try (Snapshot snapshot = storage.catalog().snapshot()) {
      return view.trash().stream()
          .filter(due)
          .mapToLong(trash -> snapshot.stats(trash.range()).count())
          .sum();
    }
  }

  /** A run that began after this was asked is alive. */
  private LongPredicate dead(Instant silentSince) {
    Set<Long> alive = new TreeSet<>();
    long last = storage.catalog().nextId(IdKind.RUN);
    for (RunProgress run : storage.progress().read(List.of())) {
      if (run.ended().isEmpty() && run.seen().isAfter(silentSince)) {
        alive.add(run.run());
      }
    }
    return run -> run < last && !alive.contains(run);
  }

  private static Instant before(Instant now, Duration time) {
    return time.compareTo(Duration.ofMillis(now.toEpochMilli())) < 0
        ? now.minus(time)
        : Instant.EPOCH;
  }

  /** Deletes the dead letters that no version shares any more. */
  void dropLetters() {
    storage
        .deadLetters()
        .dropAllBut(
            () -> {
              Set<Long> named = new TreeSet<>();
              for (ViewCatalog view : catalog.loadAll().values()) {
                view.versions().forEach(version -> named.addAll(version.generations()));
              }
              return named;
            });
  }
}
