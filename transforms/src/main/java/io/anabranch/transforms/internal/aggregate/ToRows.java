/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import io.anabranch.api.spi.row.KeyHash;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.transforms.internal.epoch.EpochWindow;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.values.KV;

/** Encodes merged accumulators as rows, spread over a few shards by their keys. */
final class ToRows<K, A> extends DoFn<KV<K, Partial<A>>, KV<Integer, StoredRow>> {
  private static final long serialVersionUID = 1L;
  private final KeyTexts<K> keys;
  private final Coder<A> accumulatorCoder;
  private final int shards;

  ToRows(String view, Coder<K> keyCoder, Coder<A> accumulatorCoder, int shards) {
    this.keys = new KeyTexts<>(view, keyCoder);
    this.accumulatorCoder = accumulatorCoder;
    this.shards = shards;
  }

  @StartBundle
  public void startBundle() {
    keys.startBundle();
  }

  @ProcessElement
  public void process(
      @Element KV<K, Partial<A>> element,
      EpochWindow window,
      OutputReceiver<KV<Integer, StoredRow>> out)
      throws CoderException {
    byte[] key = keys.encoded(element.getKey());
    String keyText = keys.text(element.getKey(), key);
    Partial<A> partial = element.getValue();
    StoredRow row =
        new StoredRow(
            window.epoch(),
            window.start().getMillis(),
            key,
            keyText,
            CoderUtils.encodeToByteArray(accumulatorCoder, partial.accumulator()),
            partial.contributions());
    out.output(KV.of(KeyHash.shard(keyText, shards), row));
  }
}
