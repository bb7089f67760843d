/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.testkit;

import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.beam.sdk.coders.VoidCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.values.PCollection;
import org.joda.time.Instant;

/**
 * Gathers what reaches its place in a pipeline, with timestamp, window and pane, in the order of
 * arrival. The runners of the tests share the process, so a map of the process holds it.
 */
public final class Probe<T> extends PTransform<PCollection<T>, PCollection<Void>> {
  private static final Map<String, Queue<Seen<?>>> SEEN = new ConcurrentHashMap<>();

  private final String id = UUID.randomUUID().toString();

  /** An element where and when it was seen. */
  public record Seen<T>(T value, Instant timestamp, BoundedWindow window, PaneInfo pane) {}

  public Probe() {
    SEEN.put(id, new ConcurrentLinkedQueue<>());
  }

  /** What was seen so far. */
  @SuppressWarnings("unchecked") // only GatherFn<T> of this id adds to it
  public List<Seen<T>> seen() {
    return SEEN.get(id).stream().map(each -> (Seen<T>) each).toList();
  }

  /** The elements seen so far. */
  public List<T> values() {
    return seen().stream().map(Seen::value).toList();
  }

  @Override
  public PCollection<Void> expand(PCollection<T> input) {
    return input.apply("Gather", ParDo.of(new GatherFn<T>(id))).setCoder(VoidCoder.of());
  }

  private static final class GatherFn<T> extends DoFn<T, Void> {
    private static final long serialVersionUID = 1L;
    private final String id;

    GatherFn(String id) {
      this.id = id;
    }

    @ProcessElement
    public void process(
        @Element T value, @Timestamp Instant timestamp, BoundedWindow window, PaneInfo pane) {
      SEEN.get(id).add(new Seen<>(value, timestamp, window, pane));
    }
  }
}
