/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import io.anabranch.api.Architecture;
import io.anabranch.api.Epochs;
import io.anabranch.api.definition.LoadedApplication;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.log.EventLog;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.catalog.Catalog;
import io.anabranch.catalog.DeadLetters;
import io.anabranch.catalog.Runs;
import io.anabranch.catalog.ViewLifecycle;
import io.anabranch.catalog.document.ViewRef;
import io.anabranch.catalog.transition.Compatibility;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptions;

/**
 * What a run needs.
 *
 * @param application the views to compute
 * @param log where the records are
 * @param store where the rows go, as this process has it open
 * @param storeSettings how workers open the same store
 * @param refresh how long a change may wait before an unbounded run stores it
 * @param options makes the runner's options, of its own for each pipeline
 * @param mostFailedEvents on how many events of a run steps of views may throw, each of which
 *     becomes a dead letter; empty if the first one ends the run
 * @param <E> the author's event
 */
public record RunContext<E>(
    LoadedApplication<E> application,
    EventLog log,
    ViewStore store,
    Settings storeSettings,
    Duration refresh,
    Supplier<PipelineOptions> options,
    OptionalInt mostFailedEvents) {
  private static final int MOST_FAILED_EVENTS = 1_000;

  /** Makes one in which steps may throw on a thousand events of a run. */
  public RunContext(
      LoadedApplication<E> application,
      EventLog log,
      ViewStore store,
      Settings storeSettings,
      Duration refresh,
      Supplier<PipelineOptions> options) {
    this(
        application,
        log,
        store,
        storeSettings,
        refresh,
        options,
        OptionalInt.of(MOST_FAILED_EVENTS));
  }

  /** Returns the views as the catalog knows them. */
  public List<ViewRef> refs() {
    return application.views().stream().map(this::ref).toList();
  }

  /** Returns a view as the catalog knows it. */
  public ViewRef ref(ViewDefinition<E, ?, ?, ?, ?> view) {
    return new ViewRef(
        view.name(), view.fingerprint(), log.id(), log.epochs().length(), view.sqlMerge());
  }

  /** Returns the last epoch that need not be read to compute what a view lacks after an epoch. */
  public long readAfter(ViewDefinition<E, ?, ?, ?, ?> view, long after) {
    return view.timeliness()
        .map(timeliness -> timeliness.readAfter(log.epochs(), after))
        .orElse(after);
  }

  /** Returns the last epoch that need not be read to fill slices. */
  public long readAfter(Collection<OpenSlice> slices) {
    return slices.stream()
        .mapToLong(slice -> readAfter(application.view(slice.view()), slice.after()))
        .min()
        .orElse(Epochs.NONE);
  }

  /** Returns what is true of the views. */
  public Catalog catalog() {
    return new Catalog(store.catalog());
  }

  /** Returns the steps in the life of the views. */
  public ViewLifecycle lifecycle() {
    return new ViewLifecycle(store);
  }

  /** Returns the runs of the store. */
  public Runs runs() {
    return new Runs(store);
  }

  /** Returns the dead letters of the store. */
  public DeadLetters deadLetters() {
    return new DeadLetters(store);
  }

  /**
   * Fails if the live versions cannot go on in an architecture: they are of another log, or of
   * another architecture and another definition.
   *
   * @throws io.anabranch.catalog.document.CatalogException if so
   */
  public void requireMovable(Architecture architecture) {
    for (ViewRef view : refs()) {
      Compatibility.requireMovable(catalog().load(view.name()), view, architecture);
    }
  }

  /**
   * Lets the live versions go on in an architecture, without computing anything.
   *
   * @return the views that were of another one
   * @throws io.anabranch.catalog.document.CatalogException if they are of another log
   */
  public List<String> changeArchitecture(Architecture architecture) {
    refs().forEach(view -> Compatibility.requireLog(catalog().load(view.name()), view));
    return lifecycle()
        .changeArchitecture(refs().stream().map(ViewRef::name).toList(), architecture);
  }

  /** Makes an empty pipeline. */
  public Pipeline pipeline() {
    return Pipeline.create(options.get());
  }

  /** Returns slices by the names of their views. */
  public Map<String, OpenSlice> byView(List<OpenSlice> slices) {
    Map<String, OpenSlice> byView = new LinkedHashMap<>();
    slices.forEach(slice -> byView.put(slice.view(), slice));
    return byView;
  }
}
