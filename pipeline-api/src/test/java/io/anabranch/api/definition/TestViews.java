/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.definition;

import io.anabranch.api.CombinedView;
import io.anabranch.api.EventFormat;
import io.anabranch.api.MaterializedView;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Function;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;

/** Views over words, with whatever contributions a test wants. */
final class TestViews {
  static final EventFormat<String> WORDS =
      EventFormat.<String>lines(line -> line)
          .timestamp(word -> Instant.EPOCH)
          .coder(StringUtf8Coder.of());

  private TestViews() {}

  /** The view "words" with these contributions, summed. */
  static <K> CombinedView<String, K, Long, long[], Long> summed(
      Function<PCollection<String>, PCollection<KV<K, Long>>> contributions) {
    return MaterializedView.of(String.class, "words")
        .bucket(Duration.ofMinutes(1))
        .contributions(composite(contributions))
        .combine(Sum.ofLongs());
  }

  /** The view "words" with one contribution per word. */
  static CombinedView<String, String, Long, long[], Long> counted() {
    return summed(words -> words.apply("Pair", ParDo.of(new PairFn())));
  }

  static <E, T> PTransform<PCollection<E>, PCollection<T>> composite(
      Function<PCollection<E>, PCollection<T>> expansion) {
    return new PTransform<>() {
      @Override
      public PCollection<T> expand(PCollection<E> input) {
        return expansion.apply(input);
      }
    };
  }

  /** A word and 1. */
  static final class PairFn extends DoFn<String, KV<String, Long>> {
    @ProcessElement
    public void process(@Element String word, OutputReceiver<KV<String, Long>> out) {
      out.output(KV.of(word, 1L));
    }
  }

  /** Each element as it is. */
  static final class SameFn<T> extends DoFn<T, T> {
    @ProcessElement
    public void process(@Element T element, OutputReceiver<T> out) {
      out.output(element);
    }
  }
}
