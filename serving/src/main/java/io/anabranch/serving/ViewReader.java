/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.serving;

import io.anabranch.api.Answer;
import io.anabranch.api.Answer.Row;
import io.anabranch.api.Architecture;
import io.anabranch.api.Epochs;
import io.anabranch.api.Provenance;
import io.anabranch.api.Provenance.Through;
import io.anabranch.api.UserException;
import io.anabranch.api.ViewDefinition;
import io.anabranch.api.spi.LivePointer;
import io.anabranch.api.spi.ReadRequest;
import io.anabranch.api.spi.ViewStore;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads one view: merges the accumulators of all layers by the author's own combine function, and
 * extracts values last.
 *
 * <p>Pointer and rows are read in one statement, so an answer is of one moment. A reader keeps no
 * state, may be shared by threads, and does not close the store.
 *
 * <pre>{@code
 * ViewReader<String, Long> pageViews = ViewReader.of(store, definition);
 * Answer<String, Long> answer = pageViews.read(Query.all().asTotal().top(10));
 * }</pre>
 *
 * @param <K> the key of a row
 * @param <O> the value of a row
 */
public final class ViewReader<K, O> {
  private final ViewStore store;
  private final ViewDefinition<?, K, ?, ?, O> view;

  private ViewReader(ViewStore store, ViewDefinition<?, K, ?, ?, O> view) {
    this.store = store;
    this.view = view;
  }

  /** Reads a view from a store. */
  public static <K, O> ViewReader<K, O> of(ViewStore store, ViewDefinition<?, K, ?, ?, O> view) {
    return new ViewReader<>(store, view);
  }

  /**
   * Reads rows and merges them.
   *
   * @throws UserException if the view was never computed, if its stored rows were made by another
   *     definition, if the store fails, or if {@link Query#top} is asked of values without an order
   */
  public Answer<K, O> read(Query query) {
    return read(query, view);
  }

  private <A> Answer<K, O> read(Query query, ViewDefinition<?, K, ?, A, O> definition) {
    Merge<K, A, O> merge = new Merge<>(definition, query.total());
    LivePointer pointer =
        store
            .read(
                new ReadRequest(definition.name(), query.from(), query.to(), query.keys()),
                merge::add)
            .orElseThrow(
                () ->
                    new UserException(
                        "view \""
                            + definition.name()
                            + "\" has no answer yet: compute it first, with \"anabranch run\""));
    requireSameDefinition(pointer, definition);
    Stream<Row<K, O>> rows = merge.rows();
    if (query.top().isPresent()) {
      rows = rows.map(this::requireOrder).sorted(largestFirst()).limit(query.top().getAsInt());
    }
    return new Answer<>(rows.toList(), provenance(pointer));
  }

  private static <K, O> Comparator<Row<K, O>> largestFirst() {
    return (left, right) -> {
      @SuppressWarnings("unchecked") // values of one view are of one type, which has an order
      Comparable<O> value = (Comparable<O>) right.value();
      return value.compareTo(left.value());
    };
  }

  private Row<K, O> requireOrder(Row<K, O> row) {
    if (row.value() instanceof Comparable<?>) {
      return row;
    }
    throw new UserException(
        "view \""
            + view.name()
            + "\" has values of "
            + row.value().getClass().getName()
            + ", which have no order: leave out top");
  }

  private static void requireSameDefinition(
      LivePointer pointer, ViewDefinition<?, ?, ?, ?, ?> definition) {
    List<String> changes = pointer.fingerprint().changesTo(definition.fingerprint());
    if (!changes.isEmpty()) {
      throw new UserException(
          "the stored rows of view \""
              + definition.name()
              + "\" were made by another definition: "
              + String.join("; ", changes)
              + ". Read them with the code that made them, or compute the view anew");
    }
  }

  private Provenance provenance(LivePointer pointer) {
    Epochs epochs = new Epochs(pointer.epochLength());
    boolean kappa = pointer.architecture() == Architecture.KAPPA;
    boolean follows = kappa || pointer.speed().isPresent();
    return new Provenance(
        pointer.view(),
        pointer.architecture(),
        pointer.base(),
        pointer.speed(),
        kappa ? Optional.empty() : through(epochs, pointer.baseThrough()),
        follows
            ? through(
                epochs,
                Math.max(pointer.completeThrough(), kappa ? Epochs.NONE : pointer.baseThrough()))
            : Optional.empty(),
        store.deadLetterCount());
  }

  private static Optional<Through> through(Epochs epochs, long epoch) {
    return epoch == Epochs.NONE
        ? Optional.empty()
        : Optional.of(new Through(epoch, epochs.end(epoch)));
  }
}
