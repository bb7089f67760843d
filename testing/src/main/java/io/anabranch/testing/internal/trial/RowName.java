/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.internal.trial;

import io.anabranch.api.Bucket;
import io.anabranch.api.KeyText;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;

/**
 * Names a row of an answer.
 *
 * @param bucket its bucket, or its window
 * @param key the text of its key
 */
public record RowName(Bucket bucket, String key) implements Comparable<RowName> {
  private static final Comparator<RowName> ORDER =
      Comparator.comparing(RowName::bucket).thenComparing(RowName::key);

  static RowName of(long startMillis, long endMillis, Object key) {
    return new RowName(
        new Bucket(Instant.ofEpochMilli(startMillis), Duration.ofMillis(endMillis - startMillis)),
        KeyText.of(key));
  }

  @Override
  public int compareTo(RowName other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return "bucket " + bucket.start() + " (" + bucket.length() + "), key " + key;
  }
}
