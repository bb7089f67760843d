/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.script;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Finds a small script that still fails: leaves out steps, and events, half of them, a quarter and
 * so on, as long as it does (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing
 * Input", 2002).
 *
 * @param <E> the event
 */
public final class Shrinking<E> {
  private final Predicate<EventScript<E>> fails;
  private final long endNanos;
  private EventScript<E> smallest;

  private Shrinking(EventScript<E> script, Predicate<EventScript<E>> fails, Duration budget) {
    this.smallest = script;
    this.fails = fails;
    this.endNanos = System.nanoTime() + budget.toNanos();
  }

  /**
   * Shrinks a script that fails.
   *
   * @param budget how long to try at most
   */
  public static <E> EventScript<E> of(
      EventScript<E> script, Predicate<EventScript<E>> fails, Duration budget) {
    Shrinking<E> shrinking = new Shrinking<>(script, fails, budget);
    boolean smaller = true;
    while (smaller && System.nanoTime() < shrinking.endNanos) {
      boolean fewerSteps = shrinking.steps(); // first, as a run is what takes time
      smaller = shrinking.events() || fewerSteps;
    }
    return shrinking.smallest;
  }

  private boolean events() {
    boolean any = false;
    for (int part = Math.max(1, arrived().size() / 2); part >= 1; part /= 2) {
      int from = 0;
      while (from < arrived().size() && arrived().size() > 1) {
        List<Integer> arrived = arrived();
        List<Integer> left = arrived.subList(from, Math.min(arrived.size(), from + part));
        if (left.size() < arrived.size() && accept(without(left))) {
          any = true;
        } else {
          from += part;
        }
      }
    }
    return any;
  }

  private List<Integer> arrived() {
    return smallest.steps().stream()
        .filter(Step.Append.class::isInstance)
        .flatMap(step -> ((Step.Append) step).events().stream())
        .toList();
  }

  private List<Step> without(List<Integer> left) {
    Set<Integer> rest = new HashSet<>(arrived());
    left.forEach(rest::remove);
    return smallest.withEvents(rest).steps();
  }

  private boolean steps() {
    boolean any = false;
    for (int i = smallest.steps().size() - 1; i >= 0; i--) {
      if (i < smallest.steps().size() && !(smallest.steps().get(i) instanceof Step.Append)) {
        List<Step> steps = new ArrayList<>(smallest.steps());
        steps.remove(i);
        any |= accept(steps);
      }
    }
    return any;
  }

  private boolean accept(List<Step> steps) {
    if (System.nanoTime() >= endNanos) {
      return false;
    }
    EventScript<E> smaller = EventScript.of(smallest.epochs(), smallest.events(), steps);
    if (!fails.test(smaller)) {
      return false;
    }
    smallest = smaller;
    return true;
  }
}
