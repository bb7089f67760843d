/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import io.anabranch.api.AuthorException;
import io.anabranch.api.KeyText;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.values.KV;
import org.joda.time.Instant;

/**
 * Folds the contributions of a bundle into one partial accumulator per window and key, before the
 * shuffle.
 *
 * <p>Outputs are in the windows of the input, at the end of the window, whatever timestamps an
 * author's {@code DoFn} gave; windows must not merge. No state outlives the bundle. When the map
 * holds {@value #MOST_ENTRIES} entries it gives out all but those whose window ends before the
 * element at hand, which Beam takes only at the end of the bundle.
 */
final class PreAggregate<K, V, A> extends DoFn<KV<K, V>, KV<K, Partial<A>>> {
  private static final long serialVersionUID = 1L;
  static final int MOST_ENTRIES = 20_000;

  private final String view;
  private final Coder<K> keyCoder;
  private final CombineFn<V, A, ?> combineFn;
  private final int mostEntries;
  private transient Map<BoundedWindow, Map<Object, Entry<K, A>>> windows;
  private transient int entries;

  PreAggregate(String view, Coder<K> keyCoder, CombineFn<V, A, ?> combineFn, int mostEntries) {
    this.view = view;
    this.keyCoder = keyCoder;
    this.combineFn = combineFn;
    this.mostEntries = mostEntries;
  }

  @StartBundle
  public void startBundle() {
    windows = new HashMap<>();
    entries = 0;
  }

  @ProcessElement
  public void process(
      @Element KV<K, V> contribution,
      @Timestamp Instant timestamp,
      BoundedWindow window,
      OutputReceiver<KV<K, Partial<A>>> out) {
    if (entries >= mostEntries) {
      makeRoom(timestamp, out);
    }
    try {
      add(contribution, windows.computeIfAbsent(window, absent -> new HashMap<>()));
    } catch (RuntimeException | StackOverflowError e) {
      throw AuthorException.of(view, "combine", "key " + KeyText.of(contribution.getKey()), e);
    }
  }

  private void add(KV<K, V> contribution, Map<Object, Entry<K, A>> keys) {
    Object structuralKey = keyCoder.structuralValue(contribution.getKey());
    Entry<K, A> entry = keys.get(structuralKey);
    if (entry == null) {
      entry = new Entry<>(contribution.getKey(), combineFn.createAccumulator());
      keys.put(structuralKey, entry);
      entries++;
    }
    entry.accumulator = combineFn.addInput(entry.accumulator, contribution.getValue());
    entry.contributions++;
  }

  @FinishBundle
  public void finishBundle(FinishBundleContext context) {
    windows.forEach(
        (window, keys) -> {
          for (Entry<K, A> entry : keys.values()) {
            context.output(partial(entry), window.maxTimestamp(), window);
          }
        });
    windows = null;
  }

  /** Emits every window that does not end before the element at hand; Beam refuses the others. */
  private void makeRoom(Instant timestamp, OutputReceiver<KV<K, Partial<A>>> out) {
    Iterator<Map.Entry<BoundedWindow, Map<Object, Entry<K, A>>>> each =
        windows.entrySet().iterator();
    while (each.hasNext()) {
      Map.Entry<BoundedWindow, Map<Object, Entry<K, A>>> next = each.next();
      BoundedWindow window = next.getKey();
      if (!window.maxTimestamp().isBefore(timestamp)) {
        for (Entry<K, A> entry : next.getValue().values()) {
          out.outputWindowedValue(
              partial(entry), window.maxTimestamp(), List.of(window), PaneInfo.NO_FIRING);
        }
        entries -= next.getValue().size();
        each.remove();
      }
    }
  }

  private KV<K, Partial<A>> partial(Entry<K, A> entry) {
    return KV.of(
        entry.key, new Partial<>(combineFn.compact(entry.accumulator), entry.contributions));
  }

  private static final class Entry<K, A> {
    final K key;
    A accumulator;
    long contributions;

    Entry(K key, A accumulator) {
      this.key = key;
      this.accumulator = accumulator;
    }
  }
}
