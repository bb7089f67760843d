/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.input;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class LineKeyTest {
  private static Optional<String> key(String expression, String line) {
    return LineKey.of(expression).in(line.getBytes(UTF_8)).map(key -> new String(key, UTF_8));
  }

  @Test
  void theKeyIsTheGroupOrAllThatMatches() {
    assertThat(key("^(\\S+) ", "10.0.0.1 - GET /"), is(Optional.of("10.0.0.1")));
    assertThat(
        key("\"user\":\"([^\"]*)\"", "{\"user\":\"zo\u00eb\"}"), is(Optional.of("zo\u00eb")));
    assertThat(key("[0-9]+", "order 17 of 20"), is(Optional.of("17")));
  }

  @Test
  void aLineWithoutAMatchHasNoKey() {
    assertThat(key("^(\\S+) ", "oneword"), is(Optional.empty()));
    assertThat("a group that took no part", key("x(y)?", "x"), is(Optional.empty()));
  }
}
