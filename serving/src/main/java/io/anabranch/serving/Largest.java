/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.serving;

import io.anabranch.api.Answer.Row;
import io.anabranch.api.UserException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Keeps the rows of the largest values: a heap with the smallest of them on top. */
final class Largest<K, O> {
  private final String view;
  private final int count;
  private final Comparator<Row<K, O>> largestFirst;
  private final PriorityQueue<Row<K, O>> heap;

  Largest(String view, int count) {
    this.view = view;
    this.count = count;
    this.largestFirst = Largest.<K, O>byValue().thenComparing(Merge.order());
    this.heap = new PriorityQueue<>(largestFirst.reversed());
  }

  private static <K, O> Comparator<Row<K, O>> byValue() {
    return (left, right) -> {
      @SuppressWarnings("unchecked") // values of one view are of one type, which has an order
      Comparable<O> value = (Comparable<O>) right.value();
      return value.compareTo(left.value());
    };
  }

  void add(Row<K, O> row) {
    if (!(row.value() instanceof Comparable<?>)) {
      throw new UserException(
          "view \"%s\" has values of %s, which have no order: omit top"
              .formatted(view, row.value().getClass().getName()));
    }
    heap.add(row);
    if (heap.size() > count) {
      heap.remove();
    }
  }

  /** Returns the rows, largest value first; equal ones in the order of an answer. */
  List<Row<K, O>> rows() {
    List<Row<K, O>> rows = new ArrayList<>(heap);
    rows.sort(largestFirst);
    return rows;
  }
}
