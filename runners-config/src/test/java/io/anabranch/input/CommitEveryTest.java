/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.input;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommitEveryTest {
  @Test
  void readsATimeACountOrBoth() {
    Duration second = Duration.ofSeconds(1);

    assertThat(CommitEvery.of(List.of()), is(new CommitEvery(Duration.ofSeconds(5), 100_000)));
    assertThat(CommitEvery.of(List.of("1s", "20")), is(new CommitEvery(second, 20)));
    assertThat(CommitEvery.of(List.of("20", "1s")), is(new CommitEvery(second, 20)));
    assertThat(CommitEvery.of(List.of("1s")), is(new CommitEvery(second, Long.MAX_VALUE)));
    assertThat(CommitEvery.of(List.of("20")), is(new CommitEvery(Duration.ofDays(1), 20)));
  }

  @ParameterizedTest
  @CsvSource({
    "soon, neither a duration such as 5s nor a number of lines such as 10000",
    "-1, neither a duration",
    "1.5, neither a duration",
    "'', neither a duration",
    "0, from 1 to 999999999 lines",
    "1000000000, from 1 to 999999999 lines",
    "0s, from 10ms to 1d",
    "9ms, from 10ms to 1d",
    "25h, from 10ms to 1d",
    "PT-5S, from 10ms to 1d"
  })
  void refusesOtherTextsAndSaysWhatIsAllowed(String text, String allowed) {
    IllegalArgumentException problem =
        assertThrows(IllegalArgumentException.class, () -> CommitEvery.of(List.of(text)));

    assertThat(problem.getMessage(), containsString("\"" + text + "\""));
    assertThat(problem.getMessage(), containsString(allowed));
  }

  @Test
  void refusesTwoOfAKind() {
    for (List<String> texts : List.of(List.of("1s", "2s"), List.of("1", "2"))) {
      IllegalArgumentException problem =
          assertThrows(IllegalArgumentException.class, () -> CommitEvery.of(texts));

      assertThat(problem.getMessage(), containsString("two of a kind"));
    }
  }
}
