/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.aggregate;

import io.anabranch.api.KeyText;
import io.anabranch.api.spi.StoredRow;
import io.anabranch.api.spi.store.KeyHash;
import io.anabranch.transforms.epoch.EpochWindow;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.values.KV;

/** Encodes merged accumulators as rows, spread over a few shards by their keys. */
final class ToRows<K, A> extends DoFn<KV<K, Partial<A>>, KV<Integer, StoredRow>> {
  private static final long serialVersionUID = 1L;
  private final Coder<K> keyCoder;
  private final Coder<A> accumulatorCoder;
  private final int shards;

  ToRows(Coder<K> keyCoder, Coder<A> accumulatorCoder, int shards) {
    this.keyCoder = keyCoder;
    this.accumulatorCoder = accumulatorCoder;
    this.shards = shards;
  }

  @ProcessElement
  public void process(
      @Element KV<K, Partial<A>> element,
      EpochWindow window,
      OutputReceiver<KV<Integer, StoredRow>> out)
      throws CoderException {
    String keyText = KeyText.of(element.getKey());
    byte[] key = CoderUtils.encodeToByteArray(keyCoder, element.getKey());
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
