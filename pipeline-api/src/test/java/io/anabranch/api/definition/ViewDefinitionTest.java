/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.definition;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.Buckets;
import io.anabranch.api.CombinedView;
import io.anabranch.api.MaterializedView;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ViewDefinitionTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Page-views",
        "1-view",
        "-views",
        "page_views",
        "page views",
        "é",
        "views\n",
        "a123456789012345678901234567890123456789012345678901234567890123"
      })
  void nameOfAnotherFormIsRefusedAndTheRightFormShown(String name) {
    IllegalArgumentException problem =
        assertThrows(IllegalArgumentException.class, () -> MaterializedView.of(String.class, name));

    assertThat(
        problem.getMessage(),
        allOf(
            containsString("view name \"" + name + "\" is not allowed"),
            containsString("1 to 63 lower-case letters, digits and dashes, a letter first"),
            containsString("\"page-views\"")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "page-views",
        "v2",
        "a12345678901234567890123456789012345678901234567890123456789012"
      })
  void nameOfTheRightFormIsTaken(String name) {
    assertThat(
        MaterializedView.of(String.class, name).bucket(Duration.ofHours(1)) != null, is(true));
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT0.000999999S", "PT-1S", "PT0.0015S", "PT1.0000001S"})
  void bucketThatIsNotOneOrMoreWholeMillisecondsIsRefused(String length) {
    IllegalArgumentException problem = refusedBucket(Duration.parse(length));

    assertThat(
        problem.getMessage(),
        allOf(
            containsString("bucket of view \"words\" is " + length),
            containsString("it must be 1 ms or longer, in whole milliseconds")));
  }

  @Test
  void bucketLongerThanTimeItselfIsRefused() {
    assertThat(
        refusedBucket(Duration.ofSeconds(Long.MAX_VALUE)).getMessage(),
        containsString("bucket of view \"words\" is PT"));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
  void revisionBelowOneIsRefused(int revision) {
    IllegalArgumentException problem =
        assertThrows(IllegalArgumentException.class, () -> TestViews.counted().revision(revision));

    assertThat(
        problem.getMessage(),
        is("revision of view \"words\" is " + revision + ": it must be 1 or more"));
  }

  @Test
  void revisionAndAccumulatorCoderMayComeInAnyOrder() {
    CombinedView<String, String, Long, long[], Long> view = TestViews.counted();
    Fingerprint once = ViewDefinition.of(view, TestViews.WORDS).fingerprint();

    CombinedView<String, String, Long, long[], Long> second = view.revision(2);

    assertThat(second.revision(), is(2));
    assertThat(view.revision(), is(1));
    assertThat(second.bucket(), is(Buckets.of(Duration.ofMinutes(1))));
    assertThat(ViewDefinition.of(second.revision(1), TestViews.WORDS).fingerprint(), is(once));
  }

  private static IllegalArgumentException refusedBucket(Duration length) {
    return assertThrows(
        IllegalArgumentException.class,
        () -> MaterializedView.of(String.class, "words").bucket(length));
  }
}
