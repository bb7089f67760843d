/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.KeyText;
import io.anabranch.api.Timeliness;
import io.anabranch.api.UserException;
import io.anabranch.api.definition.SqlParts;
import io.anabranch.api.definition.WindowedDefinition;
import io.anabranch.api.spi.row.KeyHash;
import io.anabranch.api.spi.row.StoredRow;
import java.util.Iterator;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.values.KV;

/**
 * Encodes the one value of a window and key as a row, spread over a few shards by its key. Metric:
 * {@code windows-beyond-lookback}, how many sessions were longer than the declared lookback, so
 * that runs that do not read the log from its beginning may lack events of them.
 */
final class WindowRows<K, V> extends DoFn<KV<K, Iterable<V>>, KV<Integer, StoredRow>> {
  private static final long serialVersionUID = 1L;
  private final String view;
  private final KeyTexts<K> keys;
  private final Coder<V> valueCoder;
  private final SqlParts<V> parts;
  private final Timeliness timeliness;
  private final Epochs epochs;
  private final long after;
  private final long through;
  private final int shards;
  private final boolean merging;
  private final Counter beyondLookback = Metrics.counter("io.anabranch", "windows-beyond-lookback");

  WindowRows(WindowedDefinition<?, K, V> view, Epochs epochs, EpochRange owned, int shards) {
    this.view = view.name();
    this.keys = new KeyTexts<>(view.name(), view.keyCoder());
    this.valueCoder = view.accumulatorCoder();
    this.parts = SqlParts.of(view);
    this.timeliness = view.timeliness().orElseThrow();
    this.epochs = epochs;
    this.after = owned.after();
    this.through = owned.through();
    this.shards = shards;
    this.merging = view.windowsMerge();
  }

  @StartBundle
  public void startBundle() {
    keys.startBundle();
  }

  @ProcessElement
  public void process(
      @Element KV<K, Iterable<V>> element,
      IntervalWindow window,
      OutputReceiver<KV<Integer, StoredRow>> out)
      throws CoderException {
    long epoch = timeliness.completeWith(epochs, window.end().getMillis());
    if (epoch <= after || epoch > through) {
      return;
    }
    long length = window.end().getMillis() - window.start().getMillis();
    if (length > timeliness.lookback().toMillis()) {
      requireMerging(window);
      beyondLookback.inc();
    }
    byte[] key = keys.encoded(element.getKey());
    String keyText = keys.text(element.getKey(), key);
    byte[] value = CoderUtils.encodeToByteArray(valueCoder, only(element, window));
    StoredRow row =
        new StoredRow(
            epoch, window.start().getMillis(), length, key, keyText, value, 1, parts.of(value));
    out.output(KV.of(KeyHash.shard(keyText, shards), row));
  }

  /** Sessions may grow; any other window says by itself that the lookback is wrong. */
  private void requireMerging(IntervalWindow window) {
    if (!merging) {
      throw new UserException(
          "view \"%s\" has the window [%s, %s), which is longer than its lookback, %s, so runs that do not read the log from its beginning would lack events of it: declare a lookback as long as the longest window"
              .formatted(view, window.start(), window.end(), timeliness.lookback()));
    }
  }

  private V only(KV<K, Iterable<V>> element, IntervalWindow window) {
    Iterator<V> values = element.getValue().iterator();
    V value = values.next();
    if (values.hasNext()) {
      throw new UserException(
          "view \"%s\" gives two rows of key \"%s\" in the window [%s, %s): a row is known by its window and its key, so combine them in the view's transform, or make the key finer"
              .formatted(view, KeyText.of(element.getKey()), window.start(), window.end()));
    }
    if (value == null) {
      throw new UserException(
          "view \"%s\" gives null as the value of key \"%s\" in the window [%s, %s): give no row, or a value that says so"
              .formatted(view, KeyText.of(element.getKey()), window.start(), window.end()));
    }
    return value;
  }
}
