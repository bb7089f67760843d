/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.serving;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.Epochs;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.row.RowQuery;
import io.anabranch.api.spi.store.ViewStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.beam.sdk.transforms.Sum;
import org.junit.jupiter.api.Test;

/** How long a reader lets the store read. */
class TimeoutTest {
  private static final Duration NEEDED = Duration.ofSeconds(2);

  @Test
  void timeoutBelowOneMillisecondIsRefused() {
    for (Duration limit : List.of(Duration.ofMillis(1).minusNanos(1), Duration.ofMillis(-1))) {
      IllegalArgumentException problem =
          assertThrows(IllegalArgumentException.class, () -> Query.all().within(limit));

      assertThat(problem.getMessage(), is("timeout is " + limit + ": it must be 1 ms to 24 h"));
    }
    assertThat(Query.all().within(Duration.ofMillis(1)).timeout(), is(Duration.ofMillis(1)));
  }

  @Test
  void storeGetsTheTimeout() {
    assertThat(requestOf(Query.all()).timeout(), is(Optional.of(Duration.ofSeconds(30))));
    assertThat(requestOf(Query.all().within(NEEDED)).timeout(), is(Optional.of(NEEDED)));
    assertThat(
        "whatever else is asked for",
        requestOf(
            Query.all()
                .within(NEEDED)
                .asStrict()
                .asTotal()
                .top(3)
                .keys(List.of("a"))
                .from(Instant.EPOCH)
                .to(Instant.MAX)),
        is(
            new RowQuery(
                "words",
                0,
                Long.MAX_VALUE,
                Set.of("a"),
                Optional.empty(),
                true, // the largest are found row by row
                OptionalInt.empty(),
                new RowQuery.Letters(Epochs.NONE, 0, Long.MAX_VALUE, Epochs.NONE, Long.MIN_VALUE),
                0,
                Optional.of(NEEDED))));
  }

  @Test
  void storeThatTakesTooLongHasItsErrorReportedAsItIs() {
    ViewReader<String, Long> reader = ViewReader.of(slow(), Fixture.words(Sum.ofLongs()));

    UserException problem =
        assertThrows(
            UserException.class, () -> reader.read(Query.all().within(NEEDED.minusMillis(1))));

    assertThat(problem.getMessage(), is("the read took longer than PT1.999S"));
  }

  /** A store that would need two seconds. */
  private static ViewStore slow() {
    return new FakeStore(
        request -> {
          throw request.timeout().orElseThrow().compareTo(NEEDED) < 0
              ? new UserException("the read took longer than " + request.timeout().orElseThrow())
              : new IllegalStateException("it was given enough time");
        });
  }

  private static RowQuery requestOf(Query query) {
    List<RowQuery> seen = new ArrayList<>();
    ViewReader<String, Long> reader =
        ViewReader.of(new FakeStore(seen::add), Fixture.words(Sum.ofLongs()));
    assertThrows(UserException.class, () -> reader.read(query));
    return seen.get(0);
  }
}
