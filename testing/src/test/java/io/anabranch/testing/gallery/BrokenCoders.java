/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.gallery;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.DelegateCoder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;

/** Coders, each with a mistake. */
final class BrokenCoders {
  private BrokenCoders() {}

  /** Keeps as much of an event as there was when it was written. */
  static final Coder<String> FIRST_FOUR =
      DelegateCoder.of(
          StringUtf8Coder.of(),
          event -> event.substring(0, Math.min(4, event.length())),
          event -> event);

  /** Contributes to the set of the names of a key's letters: sets are equal in any order. */
  static final PTransform<PCollection<String>, PCollection<KV<Set<String>, Long>>>
      KEYS_IN_ORDER_OF_ITERATION =
          new PTransform<>() {
            @Override
            public PCollection<KV<Set<String>, Long>> expand(PCollection<String> events) {
              return events
                  .apply(ParDo.of(new SetFn()))
                  .setCoder(KvCoder.of(new InOrderOfIteration(), VarLongCoder.of()));
            }
          };

  private static final class SetFn extends DoFn<String, KV<Set<String>, Long>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element String event, OutputReceiver<KV<Set<String>, Long>> out) {
      KV<String, Long> parsed = BrokenFns.parse(event);
      boolean first = parsed.getValue() % 2 == 0;
      Set<String> key = new HashSet<>();
      key.add(first ? "Aa" : "BB"); // of one hash code, so they lie in the order of insertion
      key.add(first ? "BB" : "Aa");
      out.output(KV.of(key, 1L));
    }
  }

  /** Says of itself that it is deterministic, as atomic coders do. */
  private static final class InOrderOfIteration extends AtomicCoder<Set<String>> {
    private static final long serialVersionUID = 1L;
    private static final Coder<List<String>> LIST = ListCoder.of(StringUtf8Coder.of());

    @Override
    public void encode(Set<String> value, OutputStream out) throws IOException {
      LIST.encode(List.copyOf(value), out);
    }

    @Override
    public Set<String> decode(InputStream in) throws IOException {
      return new HashSet<>(LIST.decode(in));
    }
  }
}
