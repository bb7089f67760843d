/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import static io.anabranch.transforms.testkit.Runs.FLINK_STREAMING;
import static io.anabranch.transforms.testkit.Script.EPOCHS;
import static io.anabranch.transforms.testkit.Script.epoch;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import io.anabranch.transforms.internal.epoch.EpochWindows;
import io.anabranch.transforms.internal.store.MarkProgress;
import io.anabranch.transforms.testkit.Recording;
import io.anabranch.transforms.testkit.Runs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.values.PCollectionList;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Workers that fail again and again, and go on from a checkpoint. */
@Timeout(300)
class FollowShardsTest {
  private static final long FIRST = epoch("2026-03-01T10:00:00Z");
  private static final int EPOCH_COUNT = 8;
  private static final int FAILURES = 6;

  private final Recording store = new Recording();
  private final Contributions.Fold fold = new Contributions.Fold();

  @ParameterizedTest
  @ValueSource(strings = {"hashmap", "rocksdb"})
  void restoredStateMakesTheWholeFold(String backend, @TempDir Path flink) throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Files.writeString(
        flink.resolve("flink-conf.yaml"),
        """
        restart-strategy.type: fixed-delay
        restart-strategy.fixed-delay.attempts: 100
        restart-strategy.fixed-delay.delay: 1 ms
        state.backend.type: %s
        execution.checkpointing.interval: 20 ms
        """
            .formatted(backend));
    Pipeline pipeline =
        Runs.pipeline(
            FLINK_STREAMING.replace("--parallelism=1", "--parallelism=2")
                + " --autoWatermarkInterval=20 --maxBundleTimeMills=20"
                // Without it a checkpoint lets the watermark overtake what ends a bundle.
                + " --finishBundleBeforeCheckpointing=true"
                + " --shutdownSourcesAfterIdleMs=0 --flinkConfDir="
                + flink);
    PCollectionList.of(
            Contributions.store(
                Contributions.of(
                    pipeline.apply(
                        "Events", Read.from(new PacedSource(FIRST, events(random), store))),
                    EpochWindows.<String>of(EPOCHS, Contributions.BUCKET)),
                store.failingByChance(FAILURES, new Random(seed)),
                Duration.ofMillis(10)))
        .apply("Progress", MarkProgress.of(EPOCHS, Contributions.SLICE, store.settings(), FIRST));

    Runs.run(pipeline);

    String because = "seed " + seed;
    assertThat(because, Contributions.kept(store.rows()), is(fold.rows()));
    assertThat(because, store.opened(), is(greaterThan(FAILURES)));
  }

  /** Few rows, so that most get contributions before and after a failure. */
  private List<List<PacedSource.Event>> events(Random random) {
    List<List<PacedSource.Event>> epochs = new ArrayList<>();
    for (long epoch = FIRST; epoch < FIRST + EPOCH_COUNT; epoch++) {
      List<PacedSource.Event> events = new ArrayList<>();
      for (int i = random.nextInt(20, 400); i > 0; i--) {
        long eventTime = EPOCHS.start(epoch).toEpochMilli() + random.nextLong(-3, 3) * 86_400_000L;
        String key = "k" + random.nextInt(10);
        long value = random.nextLong(100);
        fold.add(epoch, eventTime, key, value);
        events.add(new PacedSource.Event(eventTime, key + " " + value));
      }
      epochs.add(events);
    }
    return epochs;
  }
}
