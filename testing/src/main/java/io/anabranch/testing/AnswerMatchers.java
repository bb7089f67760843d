/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing;

import static org.hamcrest.Matchers.equalTo;

import io.anabranch.api.Answer;
import io.anabranch.api.Answer.Row;
import io.anabranch.api.Bucket;
import io.anabranch.api.KeyText;
import io.anabranch.api.Provenance.Gap;
import io.anabranch.testing.Fold.RowKey;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.hamcrest.Description;
import org.hamcrest.Matcher;
import org.hamcrest.TypeSafeDiagnosingMatcher;

/** Hamcrest matchers for answers. */
public final class AnswerMatchers {
  private static final int SHOWN = 10;

  private AnswerMatchers() {}

  /** Matches an answer that has exactly the rows of a fold, one per bucket and key. */
  public static <K, O> Matcher<Answer<K, O>> hasExactlyTheRowsOf(Fold<K, ?, ?, O> fold) {
    return hasExactlyRows(fold.rows());
  }

  /** Matches an answer that has exactly these rows, one per bucket and key. */
  public static <K, O> Matcher<Answer<K, O>> hasExactlyRows(Map<RowKey, O> expected) {
    return new ExactRows<>(expected);
  }

  /**
   * Matches an answer that has a row of this bucket and key, with this value.
   *
   * @param bucket the start of the bucket or window, as {@code 2026-03-01T10:00:00Z}
   */
  public static <K, O> Matcher<Answer<K, O>> hasRow(String bucket, K key, O value) {
    return hasRow(bucket, key, equalTo(value));
  }

  /** Matches an answer that has a row of this bucket and key, with a value that matches. */
  public static <K, O> Matcher<Answer<K, O>> hasRow(
      String bucket, K key, Matcher<? super O> value) {
    return new OfAnswer<>(
        "an answer with a row of " + bucket + " " + KeyText.of(key) + ": " + value,
        answer -> {
          List<Row<K, O>> found = rows(answer, bucket, key);
          if (found.isEmpty()) {
            return Optional.of("had no such row, but" + text(answer.rows()));
          }
          return found.size() == 1 && value.matches(found.get(0).value())
              ? Optional.empty()
              : Optional.of("had" + text(found));
        });
  }

  /** Matches an answer that has no row of this bucket and key. */
  public static <K, O> Matcher<Answer<K, O>> hasNoRow(String bucket, K key) {
    return new OfAnswer<>(
        "an answer without a row of " + bucket + " " + KeyText.of(key),
        answer ->
            Optional.of(rows(answer, bucket, key))
                .filter(found -> !found.isEmpty())
                .map(found -> "had" + text(found)));
  }

  /**
   * Matches an answer in which every epoch is covered that begins before a time.
   *
   * @param time as {@code 2026-03-01T10:00:00Z}
   */
  public static <K, O> Matcher<Answer<K, O>> coversThrough(String time) {
    Instant end = Instant.parse(time);
    return new OfAnswer<>(
        "an answer that covers the log through " + end,
        answer -> gap(answer, gap -> gap.start().isBefore(end)));
  }

  /** Matches an answer that lacks nothing of the log. */
  public static <K, O> Matcher<Answer<K, O>> hasNoGap() {
    return new OfAnswer<>("an answer without a gap", answer -> gap(answer, gap -> true));
  }

  private static Optional<String> gap(Answer<?, ?> answer, Predicate<Gap> which) {
    return answer.provenance().gaps().stream()
        .filter(which)
        .findFirst()
        .map(gap -> "did not cover " + gap);
  }

  private static <K, O> List<Row<K, O>> rows(Answer<K, O> answer, String bucket, K key) {
    Optional<Instant> start = Optional.of(Instant.parse(bucket));
    return answer.rows().stream()
        .filter(row -> row.bucket().map(Bucket::start).equals(start) && row.key().equals(key))
        .toList();
  }

  private static String text(List<? extends Row<?, ?>> rows) {
    if (rows.isEmpty()) {
      return " no rows at all";
    }
    String shown =
        rows.stream()
            .limit(SHOWN)
            .map(
                row ->
                    String.format(
                        "%n  %s%s: %s",
                        row.bucket().map(bucket -> bucket.start() + " ").orElse(""),
                        KeyText.of(row.key()),
                        row.value()))
            .collect(Collectors.joining());
    return shown + (rows.size() > SHOWN ? "\n  and " + (rows.size() - SHOWN) + " more" : "");
  }

  /** A matcher that says in one text what it wants, and in another what is wrong, if so. */
  private static final class OfAnswer<K, O> extends TypeSafeDiagnosingMatcher<Answer<K, O>> {
    private final String wanted;
    private final Function<Answer<K, O>, Optional<String>> wrong;

    OfAnswer(String wanted, Function<Answer<K, O>, Optional<String>> wrong) {
      super(Answer.class);
      this.wanted = wanted;
      this.wrong = wrong;
    }

    @Override
    protected boolean matchesSafely(Answer<K, O> answer, Description mismatch) {
      Optional<String> found = wrong.apply(answer);
      found.ifPresent(mismatch::appendText);
      return found.isEmpty();
    }

    @Override
    public void describeTo(Description description) {
      description.appendText(wanted);
    }
  }

  private static final class ExactRows<K, O> extends TypeSafeDiagnosingMatcher<Answer<K, O>> {
    private final Map<RowKey, O> expected;

    ExactRows(Map<RowKey, O> expected) {
      this.expected = expected;
    }

    @Override
    protected boolean matchesSafely(Answer<K, O> answer, Description mismatch) {
      Map<RowKey, O> actual = new TreeMap<>();
      for (Row<K, O> row : answer.rows()) {
        Instant bucket = row.bucket().map(Bucket::start).orElse(Instant.MIN);
        if (actual.put(new RowKey(bucket, KeyText.of(row.key())), row.value()) != null) {
          mismatch.appendText("had two rows for " + bucket + " " + row.key());
          return false;
        }
      }
      return equal(actual, mismatch);
    }

    private boolean equal(Map<RowKey, O> actual, Description mismatch) {
      TreeSet<RowKey> rows = new TreeSet<>(expected.keySet());
      rows.addAll(actual.keySet());
      int different = 0;
      StringBuilder shown = new StringBuilder();
      for (RowKey row : rows) {
        O want = expected.get(row);
        O have = actual.get(row);
        if (want == null || !want.equals(have)) {
          different++;
          if (different <= SHOWN) {
            shown.append("\n  ").append(row).append(": ").append(text(have));
            shown.append(" instead of ").append(text(want));
          }
        }
      }
      if (different > 0) {
        mismatch.appendText(different + " of " + rows.size() + " rows differed:" + shown);
        if (different > SHOWN) {
          mismatch.appendText("\n  and " + (different - SHOWN) + " more");
        }
      }
      return different == 0;
    }

    private static String text(Object value) {
      return value == null ? "no row" : value.toString();
    }

    @Override
    public void describeTo(Description description) {
      description.appendText("an answer with exactly " + expected.size() + " rows as folded");
    }
  }
}
