/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing;

import io.anabranch.api.MaterializedView;
import java.time.Duration;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptors;

/** Sound views that count words by the hour. */
public final class SampleViews {
  private SampleViews() {}

  /** A combined view, in buckets of an hour. */
  public static MaterializedView<String, String, Long> words() {
    return MaterializedView.of(String.class, "words")
        .bucket(Duration.ofHours(1))
        .contributions(
            MapElements.into(
                    TypeDescriptors.kvs(TypeDescriptors.strings(), TypeDescriptors.longs()))
                .via((String word) -> KV.of(word, 1L)))
        .combine(Sum.ofLongs());
  }

  /** A windowed view, of windows of an hour, that waits half an hour for late events. */
  public static MaterializedView<String, String, Long> hours() {
    return MaterializedView.of(String.class, "hours")
        .lateness(Duration.ofMinutes(30))
        .lookback(Duration.ofHours(1))
        .rows(
            new PTransform<PCollection<String>, PCollection<KV<String, Long>>>() {
              @Override
              public PCollection<KV<String, Long>> expand(PCollection<String> events) {
                return events
                    .apply(Window.into(FixedWindows.of(org.joda.time.Duration.standardHours(1))))
                    .apply(Count.perElement());
              }
            });
  }
}
