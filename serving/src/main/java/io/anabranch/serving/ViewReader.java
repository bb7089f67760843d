/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.serving;

import io.anabranch.api.Answer;
import io.anabranch.api.Answer.Row;
import io.anabranch.api.Application;
import io.anabranch.api.Architecture;
import io.anabranch.api.Epochs;
import io.anabranch.api.Provenance;
import io.anabranch.api.Provenance.Through;
import io.anabranch.api.UsageException;
import io.anabranch.api.UserException;
import io.anabranch.api.definition.Fingerprint;
import io.anabranch.api.definition.LoadedApplication;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.row.LiveRow;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.api.spi.store.ViewStores;
import io.anabranch.catalog.LiveRows;
import io.anabranch.catalog.LiveState;
import io.anabranch.catalog.ReadRequest;
import io.anabranch.catalog.ViewState;
import io.anabranch.catalog.document.CatalogException;
import io.anabranch.catalog.document.CatalogException.Code;
import io.anabranch.catalog.transition.Compatibility;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Reads one view: the Java client of the serving layer. It merges the accumulators of all layers by
 * the author's own combine function, and extracts values last.
 *
 * <p>One statement reads pointer, slices and rows, whatever the query asks for, so an answer is of
 * one moment: a promotion or a compaction that happens meanwhile is in it as a whole or not at all.
 * A reader keeps the catalog of its view until that changes, so make one and keep it. Threads may
 * share it; the store pools its connections.
 *
 * <p>Shape of an answer: rows {@code (key, bucket, value)}, ordered by bucket, then by the text of
 * the key, or largest value first for {@link Query#top}; beside each value the shares of batch and
 * of speed. All rows of an answer are held in memory; {@link #stream} gives them out one by one,
 * and {@code top} holds no more than it returns.
 *
 * <p>Errors: {@link UserException} if the view was never computed, if its stored rows were made by
 * another definition, if the store fails, is locked by someone else for longer than its own timeout
 * or takes longer than {@link Query#within} allows, or if {@link Query#top} is asked of values
 * without an order; {@link IncompleteAnswerException} if {@link Query#asStrict} is asked and the
 * answer has a gap.
 *
 * <pre>{@code
 * ViewReader<String, Long> pageViews =
 *     ViewReader.open(
 *         storeSettings, WebAnalytics.class, "page-views", String.class, Long.class);
 * Answer<String, Long> top = pageViews.read(Query.all().asTotal().top(10));
 * Answer<String, Long> two = pageViews.read(Query.all().keys(List.of("/", "/blog")).from(noon));
 * }</pre>
 *
 * @param <K> the key of a row
 * @param <O> the value of a row
 */
public final class ViewReader<K, O> implements AutoCloseable {
  private final LiveRows live;
  private final ViewDefinition<?, K, ?, ?, O> view;
  private final Optional<Supplier<LogEnd>> log;
  private final Clock clock;
  private final Fingerprint fingerprint;
  private final Runnable closing;

  private ViewReader(
      LiveRows live,
      ViewDefinition<?, K, ?, ?, O> view,
      Optional<Supplier<LogEnd>> log,
      Clock clock,
      Runnable closing) {
    this.live = live;
    this.view = view;
    this.log = log;
    this.clock = clock;
    this.fingerprint = view.fingerprint();
    this.closing = closing;
  }

  /**
   * Reads a view from a store. Gaps are those of the log as a run saw it last, some seconds ago
   * while one is running.
   */
  public static <K, O> ViewReader<K, O> of(ViewStore store, ViewDefinition<?, K, ?, ?, O> view) {
    return new ViewReader<>(
        new LiveRows(store, view.name()), view, Optional.empty(), Clock.systemUTC(), () -> {});
  }

  /**
   * Opens a view of an application, with a store of its own that {@link #close} closes.
   *
   * <pre>{@code
   * try (ViewReader<String, Long> pageViews =
   *     ViewReader.open(
   *         Map.of("url", "jdbc:sqlite:data/views.db"),
   *         WebAnalytics.class, "page-views", String.class, Long.class)) {
   *   Answer<String, Long> top = pageViews.read(Query.all().asTotal().top(10));
   * }
   * }</pre>
   *
   * @param store the settings of the store, as in the section {@code store} of a configuration;
   *     relative paths begin in the working directory
   * @param application the class that names the view; it is made and checked as a run does
   * @param key the type of the keys
   * @param value the type of the values
   * @throws UserException if the store cannot be opened or does not exist, the application is
   *     refused, has no such view, or its keys or values are of other types
   */
  public static <K, O> ViewReader<K, O> open(
      Map<String, String> store,
      Class<? extends Application<?>> application,
      String view,
      Class<K> key,
      Class<O> value) {
    ViewDefinition<?, K, ?, ?, O> definition =
        RowTypes.of(key, value).require(LoadedApplication.load(application).view(view));
    Settings settings = new Settings(store);
    if (!ViewStores.exists(settings)) {
      throw new UsageException(
          "there is no store at store.url \"%s\": name the one that a run has filled"
              .formatted(settings.get("url").orElse("")));
    }
    ViewStore opened = ViewStores.open(settings);
    return new ViewReader<>(
        new LiveRows(opened, view), definition, Optional.empty(), Clock.systemUTC(), opened::close);
  }

  /** Closes the store if {@link #open} opened it, also for readers that {@link #against} made. */
  @Override
  public void close() {
    closing.run();
  }

  /**
   * Finds gaps against the log as it is when an answer is read.
   *
   * @param end gives the end of the log, such as {@code log::end}
   */
  public ViewReader<K, O> against(Supplier<LogEnd> end) {
    return new ViewReader<>(live, view, Optional.of(end), clock, closing);
  }

  /** For tests: measures freshness by this clock. */
  ViewReader<K, O> at(Clock now) {
    return new ViewReader<>(live, view, log, now, closing);
  }

  /**
   * Reads rows and merges them.
   *
   * @throws UserException if there is no answer; see the class
   */
  public Answer<K, O> read(Query query) {
    if (query.top().isPresent()) {
      Largest<K, O> largest = new Largest<>(view.name(), query.top().getAsInt());
      Provenance provenance = keyByKey(query, view, largest::add);
      return new Answer<>(largest.rows(), requireStrict(query, provenance));
    }
    return read(query, view);
  }

  private <A> Answer<K, O> read(Query query, ViewDefinition<?, K, ?, A, O> definition) {
    Merge<K, A, O> merge = new Merge<>(definition, query.total());
    Provenance provenance = requireStrict(query, read(query, false, merge::add));
    List<Row<K, O>> rows = merge.take();
    rows.sort(Merge.order());
    return new Answer<>(rows, provenance);
  }

  /**
   * Reads rows and gives them out one by one, in memory that does not grow with the answer. The
   * rows of a key come one after another; keys come in an order of the store's own.
   *
   * @param query {@link Query#top} is ignored. If it is {@linkplain Query#asStrict strict}, the
   *     rows are given out nevertheless if a gap opens while they are read; then this fails. {@link
   *     Query#within} holds for all of it, with what is done with the rows
   * @return what the rows are the answer of
   * @throws UserException if there is no answer; see the class
   */
  public Provenance stream(Query query, Consumer<Row<K, O>> rows) {
    if (query.strict()) {
      requireStrict(query, read(query, false, row -> {}));
    }
    return requireStrict(query, keyByKey(query, view, rows));
  }

  private <A> Provenance keyByKey(
      Query query, ViewDefinition<?, K, ?, A, O> definition, Consumer<Row<K, O>> rows) {
    // Rows are decoded as they come, so the definition is compared first.
    live.catalog().ifPresent(now -> Compatibility.requireDefinition(now, fingerprint));
    KeyByKey<K, A, O> merge = new KeyByKey<>(new Merge<>(definition, query.total()), rows);
    Provenance provenance = read(query, true, merge::add);
    merge.finish();
    return provenance;
  }

  private Provenance read(Query query, boolean ordered, Consumer<LiveRow> rows) {
    // The log first: what it gets after the rows were read is no gap of theirs.
    Optional<LogEnd> end = log.map(Supplier::get);
    LiveState state =
        live.read(
                new ReadRequest(
                    query.from(), query.to(), query.keys(), ordered, Optional.of(query.timeout())),
                rows)
            .orElseThrow(
                () ->
                    new CatalogException(
                        Code.NOT_COMPUTED, "view \"" + view.name() + "\" has no answer yet"));
    Compatibility.requireDefinition(state.view().catalog(), fingerprint);
    return provenance(state, end);
  }

  private static Provenance requireStrict(Query query, Provenance provenance) {
    if (query.strict() && !provenance.gaps().isEmpty()) {
      throw new IncompleteAnswerException(provenance);
    }
    return provenance;
  }

  private Provenance provenance(LiveState state, Optional<LogEnd> end) {
    ViewState now = state.view();
    Epochs epochs = new Epochs(now.ref().epochLength());
    boolean kappa = now.architecture() == Architecture.KAPPA;
    Instant time = clock.instant();
    Optional<Instant> updated =
        state.slices().stream()
            .flatMap(slice -> slice.updated().stream())
            .max(Comparator.naturalOrder());
    return new Provenance(
        now.view(),
        now.architecture(),
        now.base(),
        now.speed(),
        through(epochs, now.batchThrough()),
        kappa || now.speed().isPresent()
            ? through(epochs, Math.max(now.completeThrough(), now.batchThrough()))
            : Optional.empty(),
        updated,
        updated.map(last -> Duration.between(last, time)),
        end.or(state::log)
            .map(log -> Coverage.gaps(state, Coverage.Rows.of(view), log, epochs, time))
            .orElse(List.of()),
        state.undecodable(),
        state.late());
  }

  private static Optional<Through> through(Epochs epochs, long epoch) {
    return epoch == Epochs.NONE
        ? Optional.empty()
        : Optional.of(new Through(epoch, epochs.end(epoch)));
  }
}
