/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing;

import static io.anabranch.testing.AnswerMatchers.coversThrough;
import static io.anabranch.testing.AnswerMatchers.hasExactlyTheRowsOf;
import static io.anabranch.testing.AnswerMatchers.hasNoGap;
import static io.anabranch.testing.AnswerMatchers.hasNoRow;
import static io.anabranch.testing.AnswerMatchers.hasRow;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import io.anabranch.api.Answer;
import io.anabranch.api.Answer.Row;
import io.anabranch.api.Architecture;
import io.anabranch.api.Bucket;
import io.anabranch.api.Provenance;
import io.anabranch.api.Provenance.Gap;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.Sum;
import org.hamcrest.Matcher;
import org.hamcrest.StringDescription;
import org.junit.jupiter.api.Test;

final class AnswerMatchersTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Instant NOON = Instant.parse("2015-05-17T12:00:00Z");

  @Test
  void answerWithTheRowsOfTheFoldMatches() {
    Fold<String, Long, ?, Long> fold = fold(Sum.ofLongs());
    fold.add(NOON, "/a", 1L);
    fold.add(NOON.plusSeconds(59), "/a", 2L);
    fold.add(NOON.plusSeconds(60), "/a", 4L);

    Answer<String, Long> answer =
        answer(List.of(row(NOON, "/a", 3L), row(NOON.plusSeconds(60), "/a", 4L)));

    assertThat(answer, hasExactlyTheRowsOf(fold));
  }

  @Test
  void mismatchNamesEachRowWithWhatItIsAndShouldBe() {
    Fold<String, Long, ?, Long> fold = fold(Sum.ofLongs());
    fold.add(NOON, "/a", 1L);
    fold.add(NOON, "/b", 2L);

    Answer<String, Long> answer = answer(List.of(row(NOON, "/a", 3L), row(NOON, "/c", 4L)));

    assertThat(
        mismatch(hasExactlyTheRowsOf(fold), answer),
        is(
            "3 of 3 rows differed:"
                + "\n  2015-05-17T12:00:00Z /a: 3 instead of 1"
                + "\n  2015-05-17T12:00:00Z /b: no row instead of 2"
                + "\n  2015-05-17T12:00:00Z /c: 4 instead of no row"));
  }

  @Test
  void mismatchNamesARowThatIsThereTwice() {
    Fold<String, Long, ?, Long> fold = fold(Sum.ofLongs());
    fold.add(NOON, "/a", 1L);

    Answer<String, Long> answer = answer(List.of(row(NOON, "/a", 1L), row(NOON, "/a", 1L)));

    assertThat(answer, not(hasExactlyTheRowsOf(fold)));
    assertThat(
        mismatch(hasExactlyTheRowsOf(fold), answer),
        is("had two rows for 2015-05-17T12:00:00Z /a"));
  }

  @Test
  void rowIsFoundByBucketAndKey() {
    Answer<String, Long> answer = answer(List.of(row(NOON, "/a", 3L)));

    assertThat(answer, hasRow("2015-05-17T12:00:00Z", "/a", 3L));
    assertThat(answer, hasRow("2015-05-17T12:00:00Z", "/a", greaterThan(2L)));
    assertThat(answer, hasNoRow("2015-05-17T12:01:00Z", "/a"));
    assertThat(answer, hasNoRow("2015-05-17T12:00:00Z", "/b"));
  }

  @Test
  void mismatchOfARowShowsItOrWhatThereIs() {
    Answer<String, Long> answer = answer(List.of(row(NOON, "/a", 3L)));

    assertThat(
        mismatch(hasRow("2015-05-17T12:00:00Z", "/a", 4L), answer),
        is("had\n  2015-05-17T12:00:00Z /a: 3"));
    assertThat(
        mismatch(hasRow("2015-05-17T12:00:00Z", "/b", 3L), answer),
        is("had no such row, but\n  2015-05-17T12:00:00Z /a: 3"));
    assertThat(
        mismatch(hasRow("2015-05-17T12:00:00Z", "/b", 3L), answer(List.of())),
        is("had no such row, but no rows at all"));
    assertThat(
        mismatch(hasNoRow("2015-05-17T12:00:00Z", "/a"), answer),
        is("had\n  2015-05-17T12:00:00Z /a: 3"));
    assertThat(
        StringDescription.toString(hasRow("2015-05-17T12:00:00Z", "/a", 4L)),
        is("an answer with a row of 2015-05-17T12:00:00Z /a: <4L>"));
    assertThat(
        StringDescription.toString(hasNoRow("2015-05-17T12:00:00Z", "/a")),
        is("an answer without a row of 2015-05-17T12:00:00Z /a"));
    assertThat(
        StringDescription.toString(hasExactlyTheRowsOf(fold(Sum.ofLongs()))),
        is("an answer with exactly 0 rows as folded"));
  }

  @Test
  void gapsAreReportedWithTheirTimes() {
    Instant two = NOON.plus(Duration.ofHours(2));
    Answer<String, Long> answer =
        answer(List.of(), new Gap(7, 8, two, two.plus(Duration.ofHours(2))));

    assertThat(answer(List.of()), hasNoGap());
    assertThat(answer, coversThrough("2015-05-17T14:00:00Z"));
    assertThat(
        mismatch(coversThrough("2015-05-17T14:00:01Z"), answer),
        is("did not cover [2015-05-17T14:00:00Z, 2015-05-17T16:00:00Z)"));
    assertThat(
        mismatch(hasNoGap(), answer),
        is("did not cover [2015-05-17T14:00:00Z, 2015-05-17T16:00:00Z)"));
    assertThat(StringDescription.toString(hasNoGap()), is("an answer without a gap"));
    assertThat(
        StringDescription.toString(coversThrough("2015-05-17T14:00:00Z")),
        is("an answer that covers the log through 2015-05-17T14:00:00Z"));
  }

  @Test
  void mismatchOfManyRowsShowsTheFirstTen() {
    Fold<String, Long, ?, Long> fold = fold(Sum.ofLongs());
    for (int i = 0; i < 25; i++) {
      fold.add(NOON, "/" + i, 1L);
    }

    String mismatch = mismatch(hasExactlyTheRowsOf(fold), answer(List.of()));

    assertThat(mismatch.lines().count(), is(12L));
    assertThat(mismatch.endsWith("  and 15 more"), is(true));
  }

  private static <A> Fold<String, Long, A, Long> fold(CombineFn<Long, A, Long> combineFn) {
    return Fold.of(MINUTE, combineFn);
  }

  private static Row<String, Long> row(Instant bucket, String key, long value) {
    return new Row<>(
        key, Optional.of(new Bucket(bucket, MINUTE)), value, Optional.of(value), Optional.empty());
  }

  private static Answer<String, Long> answer(List<Row<String, Long>> rows, Gap... gaps) {
    return new Answer<>(
        rows,
        new Provenance(
            "page-views",
            Architecture.LAMBDA,
            OptionalLong.of(1),
            OptionalLong.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of(gaps),
            0,
            0));
  }

  private static String mismatch(Matcher<?> matcher, Object value) {
    StringDescription description = new StringDescription();
    matcher.describeMismatch(value, description);
    return description.toString();
  }
}
