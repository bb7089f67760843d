/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.internal;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.UserException;
import io.anabranch.api.spi.row.RowDifferences;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ExcerptTest {
  @Test
  void cutsWhatIsLonger() {
    assertThat(Excerpt.of("", 0), is(""));
    assertThat(Excerpt.of("abc", 3), is("abc"));
    assertThat(Excerpt.of("abcd", 3), is("abc..."));
    assertThat(Excerpt.of("abcd", 0), is("..."));
  }

  @Test
  void doesNotCutWithinACharacterOfTwoUnits() {
    assertThat(Excerpt.of("a\ud83d\ude00b", 2), is("a..."));
    assertThat(Excerpt.of("a\ud83d\ude00b", 3), is("a\ud83d\ude00..."));
  }

  @Test
  void errorsOfAuthorsAreCut() {
    RuntimeException error = new IllegalStateException("x".repeat(10_000_000));

    String message = UserException.of(error).getMessage();

    assertThat(message.length(), is(1_003));
    assertThat(message, endsWith("xxx..."));
  }

  @Test
  void keysAndValuesOfRowsThatDifferAreCut() {
    String huge = "x".repeat(10_000_000);

    String text =
        new RowDifferences.Row(Instant.EPOCH, huge, Optional.of(huge), Optional.of(huge))
            .toString();

    assertThat(text.length() < 1_000, is(true));
  }
}
