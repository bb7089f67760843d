/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.serving;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.Answer;
import io.anabranch.api.Answer.Row;
import io.anabranch.api.Bucket;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.OpenSlice;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.beam.sdk.transforms.Sum;
import org.junit.jupiter.api.Test;

class ViewReaderTest extends SumsOfWords {
  @Test
  void rowIsMergedFromItsBatchAndSpeedShares() {
    sums.batch(5, sums.row(5, 0, "a", 1, 2), sums.row(5, 0, "b", 10));
    sums.write(
        sums.speed(), sums.row(6, 0, "a", 4), sums.row(7, 0, "a", 8), sums.row(7, 0, "c", 20));

    List<Row<String, Long>> rows = sums.read(Query.all()).rows();

    Optional<Bucket> bucket = Optional.of(new Bucket(Instant.EPOCH, Duration.ofMinutes(1)));
    assertThat(
        rows,
        contains(
            new Row<>("a", bucket, 15L, Optional.of(3L), Optional.of(12L)),
            new Row<>("b", bucket, 10L, Optional.of(10L), Optional.empty()),
            new Row<>("c", bucket, 20L, Optional.empty(), Optional.of(20L))));
  }

  @Test
  void lateEventOfTheSpeedLayerIsAddedToItsOldBucket() {
    sums.batch(500, sums.row(500, 7, "a", 1));
    sums.write(sums.speed(), sums.row(501, 7, "a", 1));

    assertThat(sums.rows(Query.all()), contains("7 a=2"));
  }

  @Test
  void rowsComeInTheOrderOfBucketsThenOfTheTextsOfKeys() {
    sums.batch(
        5,
        sums.row(5, 1, "b", 1),
        sums.row(5, 1, "a", 1),
        sums.row(5, -1, "z", 1),
        sums.row(5, 0, "10", 1),
        sums.row(5, 0, "9", 1));

    assertThat(sums.rows(Query.all()), contains("-1 z=1", "0 10=1", "0 9=1", "1 a=1", "1 b=1"));
  }

  @Test
  void totalMergesTheBucketsOfTheRange() {
    sums.batch(5, sums.row(5, 0, "a", 1), sums.row(5, 1, "a", 2), sums.row(5, 1, "b", 4));
    sums.write(sums.speed(), sums.row(6, 2, "a", 8), sums.row(6, 1, "a", 16));

    Answer<String, Long> total = sums.read(Query.all().asTotal());

    assertThat(
        total.rows(),
        contains(
            new Row<>("a", Optional.empty(), 27L, Optional.of(3L), Optional.of(24L)),
            new Row<>("b", Optional.empty(), 4L, Optional.of(4L), Optional.empty())));
    assertThat(
        sums.rows(Query.all().from(minute(1)).to(minute(2)).asTotal()), contains("a=18", "b=4"));
  }

  @Test
  void rangeHoldsItsStartButNotItsEnd() {
    sums.batch(5, sums.row(5, 0, "a", 1), sums.row(5, 1, "a", 2), sums.row(5, 2, "a", 4));

    assertThat(sums.rows(Query.all().from(minute(1))), contains("1 a=2", "2 a=4"));
    assertThat(sums.rows(Query.all().to(minute(1))), contains("0 a=1"));
    assertThat(sums.rows(Query.all().to(minute(2)).from(minute(1))), contains("1 a=2"));
    assertThat(sums.rows(Query.all().from(minute(9))), empty());
  }

  @Test
  void keysAreThoseAskedFor() {
    sums.batch(5, sums.row(5, 0, "a", 1), sums.row(5, 1, "b", 2), sums.row(5, 2, "", 4));

    assertThat(sums.rows(Query.all().keys(Set.of("a", "nobody"))), contains("0 a=1"));
    assertThat(sums.rows(Query.all().keys(Set.of(""))), contains("2 =4"));
    assertThat(sums.rows(Query.all().keys(Set.of())).size(), is(3));
  }

  @Test
  void topKeepsTheLargestAndTiesInTheirOrder() {
    sums.batch(
        5,
        sums.row(5, 0, "c", 5),
        sums.row(5, 0, "a", 5),
        sums.row(5, 0, "b", 7),
        sums.row(5, 1, "a", 5),
        sums.row(5, 1, "b", -7));

    assertThat(sums.rows(Query.all().top(3)), contains("0 b=7", "0 a=5", "0 c=5"));
    assertThat(
        sums.rows(Query.all().top(99)), contains("0 b=7", "0 a=5", "0 c=5", "1 a=5", "1 b=-7"));
    assertThat(sums.rows(Query.all().top(1).asTotal()), contains("a=10"));
    assertThat(sums.rows(Query.all().asTotal().top(3)), contains("a=10", "c=5", "b=0"));
  }

  @Test
  void topBelowOneIsRefused() {
    IllegalArgumentException problem =
        assertThrows(IllegalArgumentException.class, () -> Query.all().top(0));

    assertThat(problem.getMessage(), is("top is 0: it must be 1 or more"));
  }

  @Test
  void topOfValuesWithoutAnOrderIsRefusedAlsoIfThereIsOne() {
    sums.close();
    try (Fixture<List<Long>, List<Long>> lists =
        new Fixture<>(folder, Fixture.words(Functions.sorted()))) {
      lists.batch(5, lists.row(5, 0, "a", 1));

      UserException problem =
          assertThrows(UserException.class, () -> lists.read(Query.all().top(3)));

      assertThat(
          problem.getMessage(),
          allOf(
              containsString("view \"words\" has values of java.util."),
              containsString("which have no order: omit top")));
      assertThat(lists.rows(Query.all()), contains("0 a=[1]"));
    }
    openStore();
  }

  @Test
  void functionMayChangeTheAccumulatorsItIsGiven() {
    sums.close();
    try (Fixture<List<Long>, List<Long>> lists =
        new Fixture<>(folder, Fixture.words(Functions.sorted()))) {
      lists.batch(5, lists.row(5, 0, "a", 3, 1), lists.row(5, 1, "a", 2));
      lists.write(lists.speed(), lists.row(6, 0, "a", 9), lists.row(7, 0, "a", 4));

      for (int again = 0; again < 2; again++) {
        assertThat(
            lists.read(Query.all().asTotal()).rows(),
            contains(
                new Row<>(
                    "a",
                    Optional.empty(),
                    List.of(1L, 2L, 3L, 4L, 9L),
                    Optional.of(List.of(1L, 2L, 3L)),
                    Optional.of(List.of(4L, 9L)))));
      }
    }
    openStore();
  }

  @Test
  void functionThatGivesNullIsNamed() {
    sums.close();
    try (Fixture<List<Long>, Long> largest =
        new Fixture<>(folder, Fixture.words(Functions.largestPositive()))) {
      largest.batch(5, largest.row(5, 0, "a", -3));

      UserException problem = assertThrows(UserException.class, () -> largest.read(Query.all()));

      assertThat(
          problem.getMessage(),
          allOf(
              containsString("view \"words\": the combine function io.anabranch.serving.Functions"),
              containsString("gave null"),
              containsString("return a value from extractOutput")));
    }
    openStore();
  }

  @Test
  void viewThatWasNeverComputedHasNoAnswer() {
    UserException problem = assertThrows(UserException.class, () -> sums.read(Query.all()));

    assertThat(problem.getMessage(), is("view \"words\" has no answer yet"));
  }

  @Test
  void viewWithoutRowsHasAnEmptyAnswer() {
    sums.batch(5);

    assertThat(sums.rows(Query.all()), empty());
    assertThat(sums.rows(Query.all().asTotal().top(3)), empty());
  }

  @Test
  void rowsOfAnotherDefinitionAreRefusedAndTheChangeNamed() {
    sums.batch(5, sums.row(5, 0, "a", 1));
    ViewReader<String, Long> changed =
        ViewReader.of(
            sums.store().store(), Fixture.definition(Fixture.view(Sum.ofLongs()).revision(2)));

    UserException problem = assertThrows(UserException.class, () -> changed.read(Query.all()));

    assertThat(
        problem.getMessage(),
        is("view \"words\": version 1 has another definition: revision was 1 and is 2"));
  }

  @Test
  void rowsOfAnotherDefinitionAreNotEvenDecoded() {
    sums.batch(5, broken(5, new byte[0]));
    ViewReader<String, Long> changed =
        ViewReader.of(
            sums.store().store(), Fixture.definition(Fixture.view(Sum.ofLongs()).revision(2)));

    UserException problem = assertThrows(UserException.class, () -> changed.read(Query.all()));

    assertThat(problem.getMessage(), containsString("another definition"));
  }

  @Test
  void accumulatorThatCannotBeDecodedIsAnErrorThatSaysWhatToDo() {
    byte[] whole = sums.row(5, 0, "a", 1_000).accumulator();
    List<byte[]> accumulators =
        List.of(new byte[0], Arrays.copyOf(whole, whole.length - 1), Arrays.copyOf(whole, 20));
    long through = 5;
    for (byte[] accumulator : accumulators) {
      sums.batch(through, broken(through, accumulator));

      UserException problem = assertThrows(UserException.class, () -> sums.read(Query.all()));

      assertThat(
          problem.getMessage(),
          allOf(
              containsString("a stored row of view \"words\" cannot be decoded by "),
              containsString("raise the view's revision(...) when a coder changes"),
              containsString("compute it again")));
      through++;
    }
  }

  @Test
  void readerMayBeSharedAndReadAgain() {
    OpenSlice speed = sums.speed();
    sums.write(speed, sums.row(6, 0, "a", 4));
    assertThat(sums.rows(Query.all()), contains("0 a=4"));

    sums.write(speed, sums.row(6, 0, "a", 4, 1));
    assertThat(sums.rows(Query.all()), contains("0 a=5"));
  }

  @Test
  void callsOfAQueryMayComeInAnyOrder() {
    Query one = Query.all().top(3).asTotal().to(minute(2)).from(minute(1)).keys(Set.of("a"));
    Query other = Query.all().keys(Set.of("a")).from(minute(1)).to(minute(2)).asTotal().top(3);

    assertThat(one, is(other));
  }

  private static StoredRow broken(long epoch, byte[] accumulator) {
    return new StoredRow(epoch, 0, new byte[] {'a'}, "a", accumulator, 1);
  }

  private static Instant minute(int minute) {
    return Instant.EPOCH.plus(Duration.ofMinutes(minute));
  }
}
