/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.internal.trial;

import io.anabranch.testing.internal.laws.CombineLaws;
import io.anabranch.testing.internal.laws.Values;
import io.anabranch.testing.internal.workers.FreshWorkers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.values.TimestampedValue;

/** Looks for a typical reason why a view may say different things of the same events. */
final class Diagnosis<E, K, V, A, O> {
  private static final int GROUPINGS = 3;
  private static final int ROWS = 5;

  private final Subject<E, K, V, A, O> subject;
  private final Reference<K, V, O> reference;

  Diagnosis(Subject<E, K, V, A, O> subject, Reference<K, V, O> reference) {
    this.subject = subject;
    this.reference = reference;
  }

  /** Returns the reason in one sentence, empty if none was found. */
  Optional<String> cause(Optional<RowName> row) {
    return eventCoder()
        .or(this::again)
        .or(this::bundles)
        .or(this::workers)
        .or(this::keyCoder)
        .or(() -> laws(row));
  }

  private Optional<String> eventCoder() {
    for (TimestampedValue<E> event : subject.events()) {
      try {
        TimestampedValue<E> copy = CoderUtils.clone(subject.coder(), event);
        if (!copy.equals(event) && !text(copy).equals(text(event)) && isComparable(event)) {
          return Optional.of(
              "the coder of the events loses something: " + text(event) + " becomes " + text(copy));
        }
      } catch (CoderException | RuntimeException e) {
        return Optional.of("the coder of the events fails on " + text(event) + ": " + e);
      }
    }
    return Optional.empty();
  }

  /** Whether two copies of an event are equal, or say the same: of others, nobody knows. */
  private boolean isComparable(TimestampedValue<E> event) throws CoderException {
    TimestampedValue<E> one = CoderUtils.clone(subject.coder(), event);
    TimestampedValue<E> two = CoderUtils.clone(subject.coder(), event);
    return one.equals(two) || text(one).equals(text(two));
  }

  private static String text(TimestampedValue<?> event) {
    return Values.text(event.getValue());
  }

  private Optional<String> again() {
    return isWindowed()
        ? inOtherOrder()
        : difference(FreshWorkers.alone(subject.options().get())).map(Diagnosis::clock);
  }

  private Optional<String> inOtherOrder() {
    List<Integer> order =
        new ArrayList<>(IntStream.range(0, subject.events().size()).boxed().toList());
    Random random = new Random(ROWS);
    Optional<String> difference = Optional.empty();
    for (int i = 0; i < GROUPINGS && difference.isEmpty(); i++) {
      Collections.shuffle(order, random);
      difference = reference.difference(reference.inOrder(order), subject.within());
    }
    boolean isClock = !reference.statics().isEmpty() || changesAlone();
    return difference.map(isClock ? Diagnosis::clock : Diagnosis::order);
  }

  private boolean isWindowed() {
    return subject.view().timeliness().isPresent();
  }

  private boolean changesAlone() {
    return IntStream.range(0, Math.min(ROWS, subject.events().size()))
        .anyMatch(event -> reference.changesAlone(event, subject.within()));
  }

  private static String clock(String difference) {
    return "what the transform says of an event changes from one time to the next: %s. It reads a clock, something random, or something else that is not in the event"
        .formatted(difference);
  }

  private static String order(String difference) {
    return "what the transform says depends on the order in which the events come: %s. Nothing promises an order: sort by event time, or combine by what needs none"
        .formatted(difference);
  }

  private Optional<String> bundles() {
    for (int seed = 1; seed <= GROUPINGS; seed++) {
      Optional<String> difference = difference(FreshWorkers.before(subject.options().get(), seed));
      if (difference.isPresent()) {
        return Optional.of(
            "what the transform says of an event depends on which others are in its bundle: %s. A DoFn must keep nothing in its fields from one element to the next, but what @FinishBundle outputs"
                .formatted(difference.get()));
      }
    }
    return Optional.empty();
  }

  private Optional<String> workers() {
    return difference(subject.options().get())
        .map(
            difference ->
                "what the transform says of an event depends on what its worker did before: %s. A DoFn must keep nothing from one bundle to the next"
                    .formatted(difference));
  }

  private Optional<String> difference(PipelineOptions other) {
    return reference.difference(Reference.of(subject, other), subject.within());
  }

  private Optional<String> keyCoder() {
    Map<K, byte[]> encodings = new HashMap<>();
    for (K key : reference.keys()) {
      try {
        byte[] once = CoderUtils.encodeToByteArray(subject.view().keyCoder(), key);
        K copy = CoderUtils.decodeFromByteArray(subject.view().keyCoder(), once);
        byte[] twice = CoderUtils.encodeToByteArray(subject.view().keyCoder(), copy);
        byte[] ofEqual = encodings.computeIfAbsent(key, first -> once);
        if (!Arrays.equals(once, twice) || !Arrays.equals(once, ofEqual)) {
          return Optional.of(
              "the coder of the keys, %s, is not deterministic: key %s is encoded in different ways, so it has more than one row"
                  .formatted(subject.view().keyCoder(), Values.text(key)));
        }
      } catch (CoderException | RuntimeException e) {
        return Optional.of("the coder of the keys fails on " + Values.text(key) + ": " + e);
      }
    }
    return Optional.empty();
  }

  private Optional<String> laws(Optional<RowName> failed) {
    if (!subject.combines()) {
      return Optional.empty();
    }
    if (isWindowed()) {
      return reference.largestKeys(ROWS).stream()
          .flatMap(
              values ->
                  CombineLaws.brokenOrder(
                      subject.view().combineFn(),
                      subject.view().accumulatorCoder(),
                      values,
                      subject.within(),
                      ROWS)
                      .stream())
          .findFirst()
          .map(broken -> "of totals(...): " + broken);
    }
    return laws(failed.map(reference::row).orElse(List.of()))
        .or(() -> laws(reference.largestRows(ROWS)))
        // a row may be too short to show it, as of a sum in a float
        .or(() -> laws(reference.largestKeys(ROWS)));
  }

  private Optional<String> laws(List<Supplier<List<V>>> groups) {
    return groups.stream()
        .flatMap(
            values ->
                CombineLaws.broken(
                    subject.view().combineFn(),
                    subject.view().accumulatorCoder(),
                    values,
                    subject.within(),
                    ROWS)
                    .stream())
        .findFirst()
        .map(broken -> "of the combine function: " + broken);
  }
}
