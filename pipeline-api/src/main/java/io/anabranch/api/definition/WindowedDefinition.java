/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.definition;

import io.anabranch.api.EventFormat;
import io.anabranch.api.Timeliness;
import io.anabranch.api.WindowedView;
import io.anabranch.api.spi.row.SqlMerge;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;

/**
 * A windowed view that passed the graph checks, with its coders.
 *
 * @param <E> the event
 * @param <K> the key of a row
 * @param <V> the value of a row, which is its own accumulator
 */
public final class WindowedDefinition<E, K, V> extends ViewDefinition<E, K, V, V, V> {
  private final WindowedView<E, K, V> view;
  private final int formatRevision;
  private final KvCoder<K, V> rowCoder;
  private final String windows;
  private final boolean merging;

  private WindowedDefinition(
      WindowedView<E, K, V> view, int formatRevision, RowGraph.Rows<K, V> rows) {
    super(view.name());
    this.view = view;
    this.formatRevision = formatRevision;
    this.rowCoder = rows.coder();
    this.windows = rows.windows();
    this.merging = rows.merging();
  }

  static <E, K, V> WindowedDefinition<E, K, V> check(
      WindowedView<E, K, V> view, EventFormat<E> events) {
    return new WindowedDefinition<>(view, events.revision(), RowGraph.check(view, events));
  }

  @Override
  public Optional<Timeliness> timeliness() {
    return Optional.of(view.timeliness());
  }

  @Override
  public <R> R match(
      Function<CombinedDefinition<E, K, V, V, V>, R> combined,
      Function<WindowedDefinition<E, K, V>, R> windowed) {
    return windowed.apply(this);
  }

  /** Returns the author's transform from events to keyed rows. */
  public PTransform<? super PCollection<E>, PCollection<KV<K, V>>> rows() {
    return view.rows();
  }

  /** Returns whether the windows of rows merge, such as sessions, and so may be of any length. */
  public boolean windowsMerge() {
    return merging;
  }

  /** Returns a function that keeps one value, and merges several if the author said how. */
  @Override
  public CombineFn<V, V, V> combineFn() {
    return new MergeWindows<>(view.name(), view.totals(), rowCoder.getValueCoder());
  }

  @Override
  public Coder<K> keyCoder() {
    return rowCoder.getKeyCoder();
  }

  /** Returns the coder of keyed rows. */
  public KvCoder<K, V> rowCoder() {
    return rowCoder;
  }

  @Override
  public Coder<V> accumulatorCoder() {
    return rowCoder.getValueCoder();
  }

  @Override
  public Optional<SqlMerge> sqlMerge() {
    return Optional.of(SqlMerge.WINDOW);
  }

  @Override
  public Fingerprint fingerprint() {
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("kind", "windowed");
    parts.put("lateness", view.timeliness().lateness().toString());
    parts.put("lookback", view.timeliness().lookback().toString());
    parts.put("clock skew", view.timeliness().clockSkew().toString());
    parts.put("windows", windows);
    parts.put("key", Fingerprint.describe(keyCoder()));
    parts.put("value", Fingerprint.describe(accumulatorCoder()));
    parts.put(Fingerprint.EVENT_FORMAT, "revision " + formatRevision);
    parts.put(Fingerprint.REVISION, Integer.toString(view.revision()));
    return new Fingerprint(parts);
  }
}
