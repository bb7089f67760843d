/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.definition;

import io.anabranch.api.Buckets;
import io.anabranch.api.CombinedView;
import io.anabranch.api.EventFormat;
import io.anabranch.api.Timeliness;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.row.SqlMerge;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.beam.sdk.coders.CannotProvideCoderException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;

/**
 * A combined view that passed the graph checks, with its coders.
 *
 * @param <E> the event
 * @param <K> the key of a row
 * @param <V> one contribution
 * @param <A> the accumulator
 * @param <O> the value of a row
 */
public final class CombinedDefinition<E, K, V, A, O> extends ViewDefinition<E, K, V, A, O> {
  private final CombinedView<E, K, V, A, O> view;
  private final int formatRevision;
  private final KvCoder<K, V> contributionCoder;
  private final Coder<A> accumulatorCoder;

  private CombinedDefinition(
      CombinedView<E, K, V, A, O> view,
      int formatRevision,
      KvCoder<K, V> contributionCoder,
      Coder<A> accumulatorCoder) {
    super(view.name());
    this.view = view;
    this.formatRevision = formatRevision;
    this.contributionCoder = contributionCoder;
    this.accumulatorCoder = accumulatorCoder;
  }

  static <E, K, V, A, O> CombinedDefinition<E, K, V, A, O> check(
      CombinedView<E, K, V, A, O> view, EventFormat<E> events) {
    KvCoder<K, V> contributions = ContributionGraph.check(view, events);
    Coder<A> accumulator = view.accumulatorCoder().orElseGet(() -> infer(view, contributions));
    return new CombinedDefinition<>(view, events.revision(), contributions, accumulator);
  }

  private static <E, K, V, A, O> Coder<A> infer(
      CombinedView<E, K, V, A, O> view, KvCoder<K, V> contributions) {
    try {
      return view.combineFn()
          .getAccumulatorCoder(CoderRegistry.createDefault(), contributions.getValueCoder());
    } catch (CannotProvideCoderException e) {
      throw new UserException(
          "view \"%s\": the combine function %s names no coder for its accumulator; override getAccumulatorCoder, or call accumulatorCoder(...) on the view"
              .formatted(view.name(), view.combineFn().getClass().getName()),
          e);
    }
  }

  @Override
  public Optional<Timeliness> timeliness() {
    return Optional.empty();
  }

  @Override
  public <R> R match(
      Function<CombinedDefinition<E, K, V, A, O>, R> combined,
      Function<WindowedDefinition<E, K, V>, R> windowed) {
    return combined.apply(this);
  }

  /** Returns how event time is divided. */
  public Buckets bucket() {
    return view.bucket();
  }

  /** Returns the author's transform from events to keyed contributions. */
  public PTransform<? super PCollection<E>, PCollection<KV<K, V>>> contributions() {
    return view.contributions();
  }

  /** Returns how contributions combine, and how accumulators of different slices merge. */
  @Override
  public CombineFn<V, A, O> combineFn() {
    return view.combineFn();
  }

  @Override
  public Coder<K> keyCoder() {
    return contributionCoder.getKeyCoder();
  }

  /** Returns the coder of keyed contributions. */
  public KvCoder<K, V> contributionCoder() {
    return contributionCoder;
  }

  @Override
  public Coder<A> accumulatorCoder() {
    return accumulatorCoder;
  }

  @Override
  public Optional<SqlMerge> sqlMerge() {
    return SqlParts.mergeOf(view.combineFn(), accumulatorCoder);
  }

  @Override
  public Fingerprint fingerprint() {
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("kind", "combined");
    parts.put("bucket", view.bucket().toString());
    parts.put("key", Fingerprint.describe(keyCoder()));
    // Accumulators of Beam's own functions hold contributions in it, and do not show it.
    parts.put("contribution", Fingerprint.describe(contributionCoder.getValueCoder()));
    parts.put("combine", Fingerprint.className(view.combineFn()));
    String parameters = parameters(view.combineFn());
    if (!parameters.isEmpty()) {
      parts.put("combine parameters", parameters);
    }
    parts.put("accumulator", Fingerprint.describe(accumulatorCoder));
    parts.put(Fingerprint.EVENT_FORMAT, "revision " + formatRevision);
    parts.put(Fingerprint.REVISION, Integer.toString(view.revision()));
    return new Fingerprint(parts);
  }

  /** What the function shows of itself as display data, such as the size of its sketch. */
  private static String parameters(CombineFn<?, ?, ?> combineFn) {
    return DisplayData.from(combineFn).items().stream()
        .map(item -> item.getKey() + "=" + item.getValue())
        .filter(text -> !text.contains("$$Lambda"))
        .sorted()
        .collect(Collectors.joining(","))
        .replaceAll("\\s+", " ");
  }
}
