/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.serving;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.closeTo;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.UserException;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.spi.row.RowDifferences;
import io.anabranch.catalog.SideRow;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.junit.jupiter.api.Test;

class RowComparisonTest {
  private static final ViewDefinition<String, String, Long, List<Long>, Long> SUMS =
      Fixture.words(Functions.of(all -> all.stream().mapToLong(Long::longValue).sum()));

  @Test
  void withoutRowsNothingDiffers() {
    assertThat(compare(SUMS), is(RowDifferences.NONE));
  }

  @Test
  void equalRowsDoNotDiffer() {
    RowDifferences found =
        compare(SUMS, live(0, "a", 1), other(0, "a", 1), other(0, "b", 2), live(0, "b", 2));

    assertThat(found, is(new RowDifferences(2, 0, 0, 0, 0, List.of())));
  }

  @Test
  void rowsWithDifferentValuesAreReportedWithBoth() {
    RowDifferences found =
        compare(SUMS, live(0, "a", 1), other(0, "a", 1), live(2, "b", 3), other(2, "b", 4));

    assertThat(
        found,
        is(
            new RowDifferences(
                2,
                1,
                0,
                0,
                0.25,
                List.of(
                    new RowDifferences.Row(
                        Instant.ofEpochSecond(120), "b", Optional.of("3"), Optional.of("4"))))));
  }

  @Test
  void rowsNearALateEventAreCountedByThemselves() {
    RowComparison<String, List<Long>, Long> comparison =
        RowComparison.of(SUMS)
            .expectingLate(List.of(Instant.ofEpochSecond(600)), Duration.ofMinutes(2));

    for (int minute : new int[] {0, 7, 8, 9, 10, 11, 12, 13, 20}) {
      comparison.accept(live(minute, "a", 1));
      comparison.accept(other(minute, "a", minute == 9 ? 1 : 2));
    }

    RowDifferences found = comparison.result();
    assertThat(found.rows(), is(9L));
    assertThat(found.late(), is(3L)); // minutes 10, 11 and 12; those of 9 are equal
    assertThat(
        text(found),
        contains(
            "1970-01-01T00:00:00Z a: 1 against 2",
            "1970-01-01T00:07:00Z a: 1 against 2",
            "1970-01-01T00:08:00Z a: 1 against 2",
            "1970-01-01T00:13:00Z a: 1 against 2",
            "1970-01-01T00:20:00Z a: 1 against 2"));
  }

  @Test
  void rowsThatOneSideLacksDifferWholly() {
    RowDifferences found = compare(SUMS, live(0, "a", 1), other(0, "b", 2));

    assertThat(found.rows(), is(2L));
    assertThat(found.different(), is(2L));
    assertThat(found.largest(), is(1.0));
    assertThat(
        text(found),
        contains(
            "1970-01-01T00:00:00Z a: 1 against nothing",
            "1970-01-01T00:00:00Z b: nothing against 2"));
  }

  @Test
  void accumulatorsOfOneSideAreMergedWhateverTheirOrder() {
    RowDifferences equal =
        compare(
            SUMS,
            live(0, "a", 1),
            other(0, "a", 5),
            live(0, "a", 4),
            live(0, "a", 3),
            other(0, "a", 3));
    RowDifferences different =
        compare(SUMS, live(0, "a", 1), live(0, "a", 4), other(0, "a", 2), other(0, "a", 2));

    assertThat(equal, is(new RowDifferences(1, 0, 0, 0, 0, List.of())));
    assertThat(text(different), contains("1970-01-01T00:00:00Z a: 5 against 4"));
  }

  @Test
  void equalBytesAreEqualWithoutBeingDecoded() {
    byte[] broken = {9};
    RowComparison<String, List<Long>, Long> comparison = RowComparison.of(SUMS);

    comparison.accept(new SideRow(true, 0, 0, key("a"), broken.clone()));
    comparison.accept(new SideRow(false, 0, 0, key("a"), broken.clone()));

    assertThat(comparison.result(), is(new RowDifferences(1, 0, 0, 0, 0, List.of())));
  }

  @Test
  void accumulatorsOfWhichOnlyTheFirstAreEqualAreMerged() {
    RowDifferences found =
        compare(SUMS, live(0, "a", 1), live(0, "a", 2), other(0, "a", 1), other(0, "a", 3));

    assertThat(text(found), contains("1970-01-01T00:00:00Z a: 3 against 4"));
  }

  @Test
  void bytesOfNoAccumulatorAreAnErrorThatNamesTheView() {
    RowComparison<String, List<Long>, Long> comparison = RowComparison.of(SUMS);
    comparison.accept(new SideRow(true, 0, 0, key("a"), new byte[] {9}));
    comparison.accept(other(0, "a", 1));

    UserException problem = assertThrows(UserException.class, comparison::result);

    assertThat(problem.getMessage(), containsString("a stored row of view \"words\""));
  }

  @Test
  void oneKeyInTwoBucketsIsTwoRows() {
    RowDifferences found =
        compare(SUMS, live(0, "a", 1), other(1, "a", 1), live(2, "a", 2), other(2, "a", 2));

    assertThat(found.rows(), is(3L));
    assertThat(
        text(found),
        contains(
            "1970-01-01T00:00:00Z a: 1 against nothing",
            "1970-01-01T00:01:00Z a: nothing against 1"));
  }

  @Test
  void resultMayBeAskedForTwice() {
    RowComparison<String, List<Long>, Long> comparison = RowComparison.of(SUMS);
    comparison.accept(live(0, "a", 1));
    comparison.accept(other(0, "b", 1));

    RowDifferences first = comparison.result();

    assertThat(first.different(), is(2L));
    assertThat(comparison.result(), is(first));
  }

  @Test
  void rowsThatDifferMostAreReportedWorstFirstAndTenAtMost() {
    RowComparison<String, List<Long>, Long> comparison = RowComparison.of(SUMS);
    for (int i : List.of(3, 11, 0, 7, 12, 5, 1, 9, 4, 10, 2, 8, 6)) { // i of 100 differ
      comparison.accept(live(i, "k" + i, 100));
      comparison.accept(other(i, "k" + i, 100 - i));
    }

    RowDifferences found = comparison.result();

    assertThat(found.rows(), is(13L));
    assertThat(found.different(), is(12L));
    assertThat(found.largest(), closeTo(0.12, 1e-12));
    assertThat(
        found.worst().stream().map(RowDifferences.Row::key).toList(),
        contains("k12", "k11", "k10", "k9", "k8", "k7", "k6", "k5", "k4", "k3"));
  }

  @Test
  void doublesThatDifferByRoundingAreEqual() {
    assertThat(doubles(1.0, 1.0 - 1e-9), is(0.0));
    assertThat(doubles(1.0, 1.0 + 1.1e-9), closeTo(1.1e-9, 1e-12));
    assertThat(doubles(1e300, 1e300 * (1 + 9e-10)), is(0.0));
    assertThat(doubles(-1e-300, -1e-300 * (1 - 9e-10)), is(0.0));
    assertThat(doubles(1.0, 1.0 + 1e-6), closeTo(1e-6, 1e-11));
    assertThat(doubles(1e-300, 1.001e-300), closeTo(1e-3, 1e-5));
    assertThat(doubles(0.0, 1e-300), is(1.0));
    assertThat(doubles(1.0, -1.0), is(1.0));
  }

  @Test
  void zerosAreEqualWhateverTheirSign() {
    assertThat(doubles(0.0, -0.0), is(0.0));
    assertThat(floats(0.0f, -0.0f), is(0.0));
  }

  @Test
  void doublesWithoutANumberEqualOnlyThemselves() {
    double infinity = Double.POSITIVE_INFINITY;

    assertThat(doubles(Double.NaN, Double.NaN), is(0.0));
    assertThat(doubles(infinity, infinity), is(0.0));
    assertThat(doubles(Double.NaN, 1.0), is(1.0));
    assertThat(doubles(0.0, Double.NaN), is(1.0));
    assertThat(doubles(infinity, 1.0), is(1.0));
    assertThat(doubles(infinity, -infinity), is(1.0));
    assertThat(doubles(infinity, Double.NaN), is(1.0));
  }

  @Test
  void floatsThatDifferByRoundingAreEqual() {
    assertThat(floats(1.0f, 1.0f), is(0.0));
    assertThat(floats(1.0f, 1.000001f), is(0.0));
    assertThat(floats(1.0f, 1.0001f), greaterThan(1e-5));
    assertThat(floats(2.0f, 1.0f), is(0.5));
  }

  @Test
  void longsThatAreOneDoubleStillDiffer() {
    long large = 1L << 53;

    double difference = difference(SUMS, large, large + 1);

    assertThat((double) large, is((double) (large + 1)));
    assertThat(difference, allOf(greaterThan(0.0), lessThan(1e-9)));
  }

  @Test
  void longsAreNeverRounded() {
    assertThat(difference(SUMS, 10_000_000_000L, 10_000_000_001L), closeTo(1e-10, 1e-14));
    assertThat(difference(SUMS, Long.MAX_VALUE, Long.MIN_VALUE), is(1.0));
    assertThat(difference(SUMS, 0, 1), is(1.0));
  }

  @Test
  void numbersThatCompareAsEqualAreEqual() {
    // contributions, smallest first, are the scale and the digits
    ViewDefinition<String, String, Long, List<Long>, BigDecimal> decimals =
        Fixture.words(
            Functions.of(
                all -> new BigDecimal(BigInteger.valueOf(all.get(1)), all.get(0).intValue())));

    RowDifferences equal = compare(decimals, live(0, "a", 1, 10), other(0, "a", 2, 100));
    RowDifferences different = compare(decimals, live(0, "a", 1, 10), other(0, "a", 2, 101));

    assertThat(equal.different(), is(0L));
    assertThat(text(different), contains("1970-01-01T00:00:00Z a: 1.0 against 1.01"));
  }

  @Test
  void arraysAreComparedAndReportedByTheirContent() {
    SerializableFunction<List<Long>, long[]> array =
        all -> all.stream().mapToLong(Long::longValue).toArray();
    ViewDefinition<String, String, Long, List<Long>, long[]> arrays =
        Fixture.words(Functions.of(array));

    RowDifferences equal = compare(arrays, live(0, "a", 1), live(0, "a", 2), other(0, "a", 1, 2));
    RowDifferences different = compare(arrays, live(0, "a", 1, 2), other(0, "a", 1, 3));

    assertThat(equal.different(), is(0L));
    assertThat(different.largest(), is(1.0));
    assertThat(text(different), contains("1970-01-01T00:00:00Z a: [1, 2] against [1, 3]"));
  }

  @Test
  void listsAreComparedByTheirContent() {
    ViewDefinition<String, String, Long, List<Long>, List<Long>> lists =
        Fixture.words(Functions.sorted());

    RowDifferences equal = compare(lists, live(0, "a", 2), live(0, "a", 1), other(0, "a", 1, 2));
    RowDifferences different = compare(lists, live(0, "a", 1, 2), other(0, "a", 1));

    assertThat(equal, is(new RowDifferences(1, 0, 0, 0, 0, List.of())));
    assertThat(text(different), contains("1970-01-01T00:00:00Z a: [1, 2] against [1]"));
  }

  @Test
  void textsThatDifferDifferWholly() {
    ViewDefinition<String, String, Long, List<Long>, String> texts =
        Fixture.words(Functions.of(all -> "t" + all.get(0)));

    assertThat(difference(texts, 1, 2), is(1.0));
  }

  @Test
  void numbersMayDifferWithinATolerance() {
    assertThat(within(0.5, SUMS, 2, 1).different(), is(0L));
    assertThat(within(0.49, SUMS, 2, 1).different(), is(1L));
  }

  @Test
  void textsThatDifferAreInNoTolerance() {
    assertThat(
        within(1, Fixture.words(Functions.of(all -> "t" + all.get(0))), 1, 2).different(), is(1L));
  }

  private static <O> RowDifferences within(
      double equalWithin,
      ViewDefinition<String, String, Long, List<Long>, O> view,
      long one,
      long other) {
    RowComparison<String, List<Long>, O> comparison = RowComparison.of(view, equalWithin);
    comparison.accept(live(0, "a", one));
    comparison.accept(other(0, "a", other));
    return comparison.result();
  }

  private static double doubles(double one, double other) {
    return difference(
        Fixture.words(Functions.of(all -> Double.longBitsToDouble(all.get(0)))),
        Double.doubleToRawLongBits(one),
        Double.doubleToRawLongBits(other));
  }

  private static double floats(float one, float other) {
    return difference(
        Fixture.words(Functions.of(all -> Float.intBitsToFloat(all.get(0).intValue()))),
        Float.floatToRawIntBits(one),
        Float.floatToRawIntBits(other));
  }

  /** Returns by how much two values differ, and the same the other way round. */
  private static double difference(
      ViewDefinition<String, String, Long, List<Long>, ?> view, long one, long other) {
    RowDifferences found = compare(view, live(0, "a", one), other(0, "a", other));
    RowDifferences reversed = compare(view, live(0, "a", other), other(0, "a", one));
    assertThat(found.worst().size(), is((int) found.different()));
    assertThat(found.largest() > 0, is(found.different() == 1));
    assertThat(reversed.largest(), is(found.largest()));
    return found.largest();
  }

  private static <O> RowDifferences compare(
      ViewDefinition<String, String, Long, List<Long>, O> view, SideRow... rows) {
    RowComparison<String, List<Long>, O> comparison = RowComparison.of(view);
    for (SideRow row : rows) {
      comparison.accept(row);
    }
    return comparison.result();
  }

  private static List<String> text(RowDifferences found) {
    return found.worst().stream().map(RowDifferences.Row::toString).toList();
  }

  private static SideRow live(long minute, String key, long... contributions) {
    return row(true, minute, key, contributions);
  }

  private static SideRow other(long minute, String key, long... contributions) {
    return row(false, minute, key, contributions);
  }

  private static SideRow row(boolean live, long minute, String key, long... contributions) {
    return new SideRow(
        live, minute * 60_000, 0, key(key), Fixture.accumulator(SUMS, contributions));
  }

  private static byte[] key(String key) {
    return Fixture.encode(SUMS.keyCoder(), key);
  }
}
