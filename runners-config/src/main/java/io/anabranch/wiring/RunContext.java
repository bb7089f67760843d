/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import io.anabranch.api.Architecture;
import io.anabranch.api.Epochs;
import io.anabranch.api.UserException;
import io.anabranch.api.ViewDefinition;
import io.anabranch.api.spi.EventLog;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.SliceRef;
import io.anabranch.api.spi.ViewRef;
import io.anabranch.api.spi.ViewStore;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
 * @param <E> the author's event
 */
public record RunContext<E>(
    LoadedApplication<E> application,
    EventLog log,
    ViewStore store,
    Settings storeSettings,
    Duration refresh,
    Supplier<PipelineOptions> options) {

  /** Returns the views as the catalog knows them. */
  List<ViewRef> refs() {
    return application.views().stream().map(this::ref).toList();
  }

  /** Returns a view as the catalog knows it. */
  ViewRef ref(ViewDefinition<E, ?, ?, ?, ?> view) {
    return new ViewRef(view.name(), view.fingerprint(), log.id(), log.epochs().length());
  }

  /** Returns the last epoch that need not be read to compute what a view lacks after an epoch. */
  long readAfter(ViewDefinition<E, ?, ?, ?, ?> view, long after) {
    return view.timeliness()
        .map(timeliness -> timeliness.readAfter(log.epochs(), after))
        .orElse(after);
  }

  /** Returns the last epoch that need not be read to fill slices. */
  long readAfter(Collection<SliceRef> slices) {
    return slices.stream()
        .mapToLong(slice -> readAfter(application.view(slice.view()), slice.after()))
        .min()
        .orElse(Epochs.NONE);
  }

  /**
   * Fails if what answers does so by another architecture, and by another definition: then it would
   * be moved for a run that cannot go on with it.
   *
   * @throws UserException if so
   */
  public void requireMovable(Architecture architecture) {
    for (ViewDefinition<E, ?, ?, ?, ?> view : application.views()) {
      List<String> changes =
          store
              .pointer(view.name())
              .filter(pointer -> pointer.architecture() != architecture)
              .map(pointer -> pointer.fingerprint().changesTo(view.fingerprint()))
              .orElse(List.of());
      if (!changes.isEmpty()) {
        throw new UserException(
            "the store answers by another architecture than "
                + architecture.word()
                + ", and the definition of view \""
                + view.name()
                + "\" is not the one that its rows were made by: "
                + String.join("; ", changes)
                + ". Nothing was changed. Compute it anew, with "
                + (architecture == Architecture.KAPPA
                    ? "\"anabranch replay\""
                    : "\"anabranch run --layer batch --full\"")
                + ", or set architecture or the definition back");
      }
    }
  }

  /**
   * Lets what answers do so by an architecture from now on, without computing anything.
   *
   * @return the views that answered by another one
   * @throws UserException if they are made from another log
   */
  public List<String> serveBy(Architecture architecture) {
    List<String> views = application.views().stream().map(ViewDefinition::name).toList();
    views.forEach(
        view -> store.pointer(view).ifPresent(pointer -> BatchPlan.requireSameLog(this, pointer)));
    return store.move(views, architecture);
  }

  /** Makes an empty pipeline. */
  Pipeline pipeline() {
    return Pipeline.create(options.get());
  }

  /** Returns slices by the names of their views. */
  Map<String, SliceRef> byView(List<SliceRef> slices) {
    Map<String, SliceRef> byView = new LinkedHashMap<>();
    slices.forEach(slice -> byView.put(slice.view(), slice));
    return byView;
  }
}
