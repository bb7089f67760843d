/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.gallery;

import static io.anabranch.testing.gallery.Kit.fails;
import static io.anabranch.testing.gallery.Kit.kit;
import static org.hamcrest.MatcherAssert.assertThat;

import io.anabranch.api.MaterializedView;
import io.anabranch.testing.gallery.BrokenWindows.OfSessions;
import java.time.Duration;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.values.KV;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Mistakes in windowed views. */
@Execution(ExecutionMode.CONCURRENT)
final class BrokenWindowsTest {

  @Test
  void soundView() {
    assertThat(view(new BrokenFns.Parse(), new BrokenWindows.SumFn()), kit());
  }

  @Test
  void firstOfSessionInOrderOfArrival() {
    fails(
        view(new BrokenFns.Parse(), new BrokenWindows.FirstFn()),
        "depends on the order in which the events come");
  }

  @Test
  void totalsInFieldOfDoFn() {
    fails(view(new BrokenFns.Parse(), new BrokenWindows.TotalFn()), "in its bundle");
  }

  @Test
  void clockInRow() {
    fails(view(new BrokenFns.Parse(), new BrokenWindows.AgeFn()), "It reads a clock");
  }

  @Test
  void sideEffectInRow() {
    fails(
        view(new BrokenFns.Parse(), new BrokenWindows.NewsFn()),
        "changes from one time to the next",
        "Static fields that may change, which workers do not share: NewsFn.SEEN");
  }

  @Test
  void firstOfKeyInFieldBeforeSessions() {
    fails(view(new BrokenFns.FirstOfKey(), new BrokenWindows.SumFn()), "in its bundle");
  }

  private static MaterializedView<String, String, Long> view(
      DoFn<String, KV<String, Long>> parse,
      DoFn<KV<String, Iterable<Long>>, KV<String, Long>> row) {
    return MaterializedView.of(String.class, "sessions")
        .lateness(Duration.ofMinutes(30))
        .lookback(Duration.ofHours(6))
        .rows(new OfSessions(parse, row).rows());
  }
}
