/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import static io.anabranch.transforms.testkit.Script.EPOCHS;
import static io.anabranch.transforms.testkit.Script.epoch;
import static io.anabranch.transforms.testkit.Script.event;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

import io.anabranch.transforms.internal.epoch.EpochWindow;
import io.anabranch.transforms.internal.epoch.EpochWindows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.testing.WindowFnTestUtils;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.OutputBuilder;
import org.apache.beam.sdk.values.TupleTag;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreAggregateTest {
  private static final long EPOCH = epoch("2026-03-01T10:00:00Z");

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 1_000})
  void anyBundlesOfAnyWindowsFoldToThePlainSums(int mostEntries) throws Exception {
    for (int round = 0; round < 50; round++) {
      long seed = System.nanoTime();
      Random random = new Random(seed);
      Harness<String> bundles = new Harness<>(StringUtf8Coder.of(), Mutating.sums(), mostEntries);
      Contributions.Fold fold = new Contributions.Fold();
      for (int bundle = random.nextInt(5); bundle >= 0; bundle--) {
        bundles.start();
        for (int i = random.nextInt(100); i > 0; i--) {
          long epoch = EPOCH + random.nextInt(3);
          long eventTime = EPOCHS.start(EPOCH).toEpochMilli() + random.nextInt(-5, 5) * 60_000L;
          String key = "k" + random.nextInt(10);
          long value = random.nextLong(-100, 100);
          fold.add(epoch, eventTime, key, value);
          bundles.process(window(epoch, eventTime), Instant.ofEpochMilli(eventTime), key, value);
        }
        bundles.finish();
      }

      String because = "seed " + seed + ", at most " + mostEntries + " entries";
      assertThat(because, bundles.sums(), is(fold.rows()));
      assertThat(because, bundles.mostHeld, is(lessThanOrEqualTo(mostEntries)));
      for (Harness.Output<String> output : bundles.outputs) {
        assertThat(because, output.timestamp(), is(output.window().maxTimestamp()));
      }
    }
  }

  @Test
  void contributionsOfABundleBecomeOnePartialForEachWindowAndKey() throws Exception {
    Harness<String> bundle = new Harness<>(StringUtf8Coder.of(), Mutating.sums(), 100);
    EpochWindow window = window(EPOCH, 0);
    EpochWindow sameBucketNextEpoch = window(EPOCH + 1, 0);

    bundle.start();
    bundle.process(window, Instant.ofEpochMilli(0), "a", 1);
    bundle.process(sameBucketNextEpoch, Instant.ofEpochMilli(0), "a", 2);
    bundle.process(window, Instant.ofEpochMilli(1), "b", 4);
    bundle.process(window, Instant.ofEpochMilli(2), "a", 8);
    List<Harness.Output<String>> before = List.copyOf(bundle.outputs);
    bundle.finish();

    assertThat(before, is(empty()));
    assertThat(
        bundle.outputs.stream().map(Object::toString).toList(),
        containsInAnyOrder(
            window + " a: 9 of 2", window + " b: 4 of 1", sameBucketNextEpoch + " a: 2 of 1"));
  }

  @Test
  void nothingOfABundleIsLeftForTheNext() throws Exception {
    Harness<String> bundles = new Harness<>(StringUtf8Coder.of(), Mutating.sums(), 100);
    EpochWindow window = window(EPOCH, 0);
    bundles.start();
    bundles.process(window, Instant.ofEpochMilli(0), "a", 1);
    bundles.finish();
    bundles.outputs.clear();

    bundles.start();
    bundles.process(window, Instant.ofEpochMilli(0), "a", 2);
    bundles.finish();

    assertThat(
        bundles.outputs.stream().map(Object::toString).toList(), contains(window + " a: 2 of 1"));
  }

  @Test
  void bundleThatFailedLeavesNothingForTheNext() throws Exception {
    Harness<String> bundles = new Harness<>(StringUtf8Coder.of(), Mutating.sums(), 100);
    EpochWindow window = window(EPOCH, 0);
    bundles.start();
    bundles.process(window, Instant.ofEpochMilli(0), "a", 1);

    bundles.start(); // without an end of the one before
    bundles.process(window, Instant.ofEpochMilli(0), "a", 2);
    bundles.finish();

    assertThat(
        bundles.outputs.stream().map(Object::toString).toList(), contains(window + " a: 2 of 1"));
  }

  @Test
  void keysAreEqualIfTheirCoderSaysSo() throws Exception {
    Harness<byte[]> bundle = new Harness<>(ByteArrayCoder.of(), Mutating.sums(), 100);
    EpochWindow window = window(EPOCH, 0);

    bundle.start();
    bundle.process(window, Instant.ofEpochMilli(0), "a".getBytes(UTF_8), 1);
    bundle.process(window, Instant.ofEpochMilli(0), "a".getBytes(UTF_8), 2);
    bundle.finish();

    assertThat(bundle.outputs.size(), is(1));
    assertThat(bundle.outputs.get(0).partial().contributions(), is(2L));
  }

  @Test
  void fullMapIsEmptiedOfWhatMayBeEmittedNow() throws Exception {
    Harness<String> bundle = new Harness<>(StringUtf8Coder.of(), Mutating.sums(), 2);
    EpochWindow over = window(EPOCH, 0);
    EpochWindow current = window(EPOCH + 1, 0);
    Instant inCurrent = Instant.ofEpochMilli(EPOCHS.start(EPOCH + 1).toEpochMilli());

    bundle.start();
    bundle.process(over, Instant.ofEpochMilli(0), "a", 1);
    bundle.process(current, inCurrent, "b", 2);
    bundle.process(current, inCurrent, "c", 4);
    List<String> emitted = bundle.outputs.stream().map(Object::toString).toList();
    bundle.finish();

    // Beam refuses an output before the element at hand, so the window of the old epoch stays.
    assertThat(emitted, contains(current + " b: 2 of 1"));
    assertThat(
        bundle.outputs.stream().map(Object::toString).toList(),
        containsInAnyOrder(current + " b: 2 of 1", over + " a: 1 of 1", current + " c: 4 of 1"));
  }

  @Test
  void afterRoomWasMadeContributionsFoldAgain() throws Exception {
    Harness<String> bundle = new Harness<>(StringUtf8Coder.of(), Mutating.sums(), 2);
    EpochWindow window = window(EPOCH, 0);

    bundle.start();
    for (String key : List.of("a", "b", "c", "d", "e")) {
      bundle.process(window, Instant.ofEpochMilli(0), key, 1);
    }
    bundle.finish();

    // Room is made before "c" and before "e", two entries each time.
    assertThat(bundle.emittedAtOnce, contains(2, 2));
    assertThat(bundle.outputs.size(), is(5));
  }

  @Test
  void whereBeamRefusesAllTheMapGrowsAndLosesNothing() throws Exception {
    Harness<String> bundle = new Harness<>(StringUtf8Coder.of(), Mutating.sums(), 1);

    bundle.start();
    for (int i = 0; i < 10; i++) {
      long start = EPOCHS.start(EPOCH + i).toEpochMilli();
      bundle.process(window(EPOCH + i, start), Instant.ofEpochMilli(start), "a", 1);
    }
    List<Harness.Output<String>> before = List.copyOf(bundle.outputs);
    bundle.finish();

    assertThat(before, is(empty()));
    assertThat(bundle.mostHeld, is(10));
    assertThat(bundle.outputs.size(), is(10));
  }

  @Test
  void accumulatorsAreCompactedOnTheWayOut() throws Exception {
    Harness<String> bundle = new Harness<>(StringUtf8Coder.of(), Mutating.sums(), 100);

    bundle.start();
    bundle.process(window(EPOCH, 0), Instant.ofEpochMilli(0), "a", 1);
    bundle.finish();

    assertThat(bundle.outputs.get(0).partial().accumulator().compacted, is(true));
  }

  private static EpochWindow window(long epoch, long eventTime) throws Exception {
    return WindowFnTestUtils.assignedWindowsWithValue(
            EpochWindows.<String>of(EPOCHS, Duration.ofMinutes(1)), event(epoch, eventTime, ""))
        .iterator()
        .next();
  }

  /** Runs bundles as Beam does, and refuses what Beam refuses. */
  private static final class Harness<K> {
    record Output<K>(
        BoundedWindow window, Instant timestamp, K key, Partial<Mutating.Acc> partial) {
      @Override
      public String toString() {
        return window
            + " "
            + key
            + ": "
            + partial.accumulator().sum
            + " of "
            + partial.contributions();
      }
    }

    final List<Output<K>> outputs = new ArrayList<>();
    final List<Integer> emittedAtOnce = new ArrayList<>();
    int mostHeld;
    private final PreAggregate<K, Long, Mutating.Acc> fn;
    private final Mutating sums;
    private int emitted;

    Harness(Coder<K> keyCoder, Mutating sums, int mostEntries) {
      this.sums = sums;
      this.fn = new PreAggregate<>("view", keyCoder, sums, mostEntries);
    }

    void start() {
      fn.startBundle();
    }

    void process(EpochWindow window, Instant timestamp, K key, long value) {
      int before = emitted;
      fn.process(KV.of(key, value), timestamp, window, receiver(timestamp));
      if (emitted > before) {
        emittedAtOnce.add(emitted - before);
      }
      mostHeld = Math.max(mostHeld, sums.created - emitted);
    }

    void finish() {
      DoFn<KV<K, Long>, KV<K, Partial<Mutating.Acc>>> outer = fn;
      fn.finishBundle(
          outer.new FinishBundleContext() {
            @Override
            public PipelineOptions getPipelineOptions() {
              throw new UnsupportedOperationException();
            }

            @Override
            public void output(
                KV<K, Partial<Mutating.Acc>> output, Instant timestamp, BoundedWindow window) {
              add(output, timestamp, window);
            }

            @Override
            public <T> void output(
                TupleTag<T> tag, T output, Instant timestamp, BoundedWindow window) {
              throw new UnsupportedOperationException();
            }
          });
    }

    /** The sums of all outputs, as {@link Contributions.Fold#rows()} spells them. */
    Map<String, String> sums() {
      Map<String, long[]> sums = new TreeMap<>();
      for (Output<K> output : outputs) {
        EpochWindow window = (EpochWindow) output.window();
        long[] sum =
            sums.computeIfAbsent(
                Contributions.id(
                    window.epoch(), window.start().getMillis(), String.valueOf(output.key())),
                absent -> new long[2]);
        sum[0] += output.partial().accumulator().sum;
        sum[1] += output.partial().contributions();
      }
      Map<String, String> rows = new TreeMap<>();
      sums.forEach((id, sum) -> rows.put(id, sum[0] + " of " + sum[1]));
      return rows;
    }

    private void add(KV<K, Partial<Mutating.Acc>> output, Instant timestamp, BoundedWindow window) {
      emitted++;
      outputs.add(new Output<>(window, timestamp, output.getKey(), output.getValue()));
    }

    private DoFn.OutputReceiver<KV<K, Partial<Mutating.Acc>>> receiver(Instant ofElement) {
      return new DoFn.OutputReceiver<>() {
        @Override
        public OutputBuilder<KV<K, Partial<Mutating.Acc>>> builder(
            KV<K, Partial<Mutating.Acc>> value) {
          throw new UnsupportedOperationException();
        }

        @Override
        public void outputWindowedValue(
            KV<K, Partial<Mutating.Acc>> output,
            Instant timestamp,
            Collection<? extends BoundedWindow> windows,
            PaneInfo pane) {
          if (timestamp.isBefore(ofElement)) {
            throw new IllegalArgumentException(
                "Beam refuses an output at " + timestamp + " from an element at " + ofElement);
          }
          windows.forEach(window -> add(output, timestamp, window));
        }
      };
    }
  }
}
