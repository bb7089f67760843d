/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.row;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

import org.junit.jupiter.api.Test;

class KeyHashTest {
  /** Stores hold these numbers: they must never change. */
  @Test
  void isCrc32cOfTheKeyInUtf8() {
    assertThat(KeyHash.of(""), is(0L));
    assertThat("the check value of CRC-32C", KeyHash.of("123456789"), is(0xE3069283L));
    assertThat(KeyHash.of("/caf\u00e9"), is(KeyHash.of("/café")));
  }

  @Test
  void shardsAreRangesOfTheHash() {
    for (int i = 0; i < 1_000; i++) {
      String key = "/page/" + i;
      assertThat(KeyHash.shard(key, 8), is((int) (KeyHash.of(key) >>> 29)));
      assertThat(KeyHash.shard(key, 1), is(0));
    }
  }

  @Test
  void shardsAreOfSimilarSize() {
    int[] sizes = new int[8];
    for (int i = 0; i < 8_000; i++) {
      sizes[KeyHash.shard("/page/" + i + ".html", 8)]++;
    }

    for (int size : sizes) {
      assertThat(size, greaterThan(800));
      assertThat(size, lessThan(1_200));
    }
  }
}
