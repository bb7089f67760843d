/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing;

import io.anabranch.api.Answer;
import io.anabranch.api.Answer.Row;
import io.anabranch.api.Bucket;
import io.anabranch.api.KeyText;
import io.anabranch.testing.Fold.RowKey;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
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
