/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.serving;

import io.anabranch.api.Answer.Row;
import io.anabranch.api.spi.row.LiveRow;
import java.util.function.Consumer;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Merges rows that come one key after another, and holds those of one key only. */
final class KeyByKey<K, A, O> {
  private final Merge<K, A, O> merge;
  private final Consumer<Row<K, O>> rows;
  private @Nullable String keyText;

  KeyByKey(Merge<K, A, O> merge, Consumer<Row<K, O>> rows) {
    this.merge = merge;
    this.rows = rows;
  }

  void add(LiveRow row) {
    if (keyText != null && !keyText.equals(row.keyText())) {
      finish();
    }
    keyText = row.keyText();
    merge.add(row);
  }

  /** Gives out the rows of the last key. */
  void finish() {
    merge.take().forEach(rows);
  }
}
