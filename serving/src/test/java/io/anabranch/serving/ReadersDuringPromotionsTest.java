/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.serving;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.Answer;
import io.anabranch.api.Answer.Row;
import io.anabranch.api.Provenance.Through;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.OpenSlice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.beam.sdk.transforms.Sum;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each epoch of the log adds one to every key; so an answer tells which epochs it has. */
class ReadersDuringPromotionsTest {
  private static final int THREADS = 8;
  private static final int EPOCHS = 60;
  private static final List<String> KEYS = List.of("a", "b", "c", "d", "e");

  @TempDir Path folder;

  @Test
  @Timeout(120)
  void answersOfOneReaderInManyThreadsAreOfOneMomentEach() throws Exception {
    try (Fixture<long[], Long> sums = new Fixture<>(folder, Fixture.words(Sum.ofLongs()))) {
      OpenSlice speed = sums.speed();
      sums.write(
          speed,
          LongStream.range(0, EPOCHS)
              .boxed()
              .flatMap(e -> epoch(sums, e))
              .toArray(StoredRow[]::new));
      sums.store().complete(speed, EPOCHS - 1);
      ViewReader<String, Long> reader =
          sums.reader().against(() -> Fixture.log(0, EPOCHS - 1, EPOCHS - 1));
      AtomicBoolean promoted = new AtomicBoolean();
      CountDownLatch reading = new CountDownLatch(THREADS);
      ExecutorService threads = Executors.newFixedThreadPool(THREADS);

      List<Future<List<Long>>> answers = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        answers.add(threads.submit(() -> readUntil(promoted, reading, reader)));
      }
      try {
        assertThat("all read", reading.await(60, TimeUnit.SECONDS), is(true));
        promoteOneByOne(sums);
      } finally {
        promoted.set(true);
        threads.shutdown();
      }

      for (Future<List<Long>> answer : answers) {
        List<Long> batches = answer.get(60, TimeUnit.SECONDS);
        assertThat("it never goes back", batches, is(batches.stream().sorted().toList()));
        assertThat("the last is seen", batches.get(batches.size() - 1), is((long) EPOCHS - 1));
      }
    }
  }

  private static void promoteOneByOne(Fixture<long[], Long> sums) {
    sums.batch(0, epoch(sums, 0).toArray(StoredRow[]::new));
    for (long epoch = 1; epoch < EPOCHS; epoch++) {
      sums.next(epoch - 1, epoch, epoch(sums, epoch).toArray(StoredRow[]::new));
      if (epoch % 7 == 0) {
        sums.store().dropSuperseded("words");
      }
    }
  }

  /** Returns through which epoch the batch version reached, answer by answer. */
  private static List<Long> readUntil(
      AtomicBoolean promoted, CountDownLatch reading, ViewReader<String, Long> reader) {
    List<Long> batches = new ArrayList<>();
    boolean last;
    do {
      last = promoted.get();
      batches.add(batchOf(reader.read(Query.all().asStrict())));
      reading.countDown();
    } while (!last);
    return batches;
  }

  /** Checks that an answer is of one moment, and returns where its batch version ends. */
  private static long batchOf(Answer<String, Long> answer) {
    long batch = answer.provenance().batchThrough().map(Through::epoch).orElse(-1L);
    List<String> expected =
        KEYS.stream()
            .map(
                key ->
                    key
                        + "="
                        + EPOCHS
                        + " of "
                        + share(batch + 1)
                        + " and "
                        + share(EPOCHS - 1 - batch))
            .toList();
    assertThat(
        answer.rows().stream().map(ReadersDuringPromotionsTest::text).toList(), is(expected));
    return batch;
  }

  private static String text(Row<String, Long> row) {
    return row.key() + "=" + row.value() + " of " + row.batch() + " and " + row.speed();
  }

  private static Optional<Long> share(long epochs) {
    return epochs == 0 ? Optional.empty() : Optional.of(epochs);
  }

  private static Stream<StoredRow> epoch(Fixture<long[], Long> sums, long epoch) {
    return KEYS.stream().map(key -> sums.row(epoch, 0, key, 1));
  }
}
