/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.print;

import io.anabranch.api.Epochs;
import io.anabranch.api.spi.log.AppendableLog.Appended;
import java.util.Locale;

/**
 * What one or several appends did.
 *
 * @param records how many lines were appended
 * @param bytes their bytes, line ends included
 * @param firstEpoch the first epoch that got lines
 * @param lastEpoch the last epoch that got lines
 */
public record Ingested(long records, long bytes, long firstEpoch, long lastEpoch) {
  public static final Ingested NOTHING = new Ingested(0, 0, Long.MAX_VALUE, Epochs.NONE);

  /** Adds another append. */
  public Ingested and(Appended more) {
    return new Ingested(
        records + more.records(),
        bytes + more.bytes(),
        Math.min(firstEpoch, more.epoch()),
        Math.max(lastEpoch, more.epoch()));
  }

  /** Says it, such as {@code ingested 2 lines (8 bytes) into the epoch [...)}. */
  public String text(Epochs epochs) {
    if (records == 0) {
      return "ingested 0 lines";
    }
    return String.format(
        Locale.ROOT,
        "ingested %s (%,d bytes) into the %s [%s, %s)",
        Plural.of(records, "line"),
        bytes,
        firstEpoch == lastEpoch ? "epoch" : "epochs",
        epochs.start(firstEpoch),
        epochs.end(lastEpoch));
  }
}
