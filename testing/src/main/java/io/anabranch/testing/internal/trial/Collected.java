/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.internal.trial;

import io.anabranch.api.UserException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.values.PCollection;

/** What a runner of this process computes, brought back to who asked. */
final class Collected implements AutoCloseable {
  private static final Map<String, Queue<Element>> PLACES = new ConcurrentHashMap<>();

  private final String place = UUID.randomUUID().toString();

  private Collected() {}

  /**
   * Runs the pipeline of a collection, and returns its elements.
   *
   * @throws UserException if it fails, with where: a runner's stack trace is long
   */
  static List<Element> run(PCollection<?> collection) {
    try (Collected collected = of(collection)) {
      collection.getPipeline().run().waitUntilFinish();
      return collected.elements();
    } catch (Pipeline.PipelineExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      StackTraceElement[] trace = cause.getStackTrace();
      throw new UserException(
          "its transform fails on one of the events: %s%s"
              .formatted(cause, trace.length == 0 ? "" : ", at " + trace[0]),
          e);
    }
  }

  /** Collects the elements of a collection once its pipeline runs. */
  private static <T> Collected of(PCollection<T> collection) {
    Collected collected = new Collected();
    PLACES.put(collected.place, new ConcurrentLinkedQueue<>());
    collection.apply("Collect", ParDo.of(new CollectFn<>(collected.place, collection.getCoder())));
    return collected;
  }

  /** An element, encoded, and its window. */
  static final class Element {
    private final byte[] value;
    private final BoundedWindow window;

    private Element(byte[] value, BoundedWindow window) {
      this.value = value;
      this.window = window;
    }

    BoundedWindow window() {
      return window;
    }

    /** Returns its bytes, in hexadecimal digits. */
    String encoded() {
      return HexFormat.of().formatHex(value);
    }

    <T> T decoded(Coder<T> coder) {
      try {
        return CoderUtils.decodeFromByteArray(coder, value);
      } catch (CoderException e) {
        throw new IllegalStateException("coder " + coder + " cannot decode what it encoded", e);
      }
    }
  }

  /** Returns what came so far. */
  private List<Element> elements() {
    return List.copyOf(PLACES.get(place));
  }

  @Override
  public void close() {
    PLACES.remove(place);
  }

  private static final class CollectFn<T> extends DoFn<T, Void> {
    private static final long serialVersionUID = 1L;

    private final String place;
    private final Coder<T> coder;

    CollectFn(String place, Coder<T> coder) {
      this.place = place;
      this.coder = coder;
    }

    @ProcessElement
    public void process(@DoFn.Element T element, BoundedWindow window) throws Exception {
      PLACES
          .get(place)
          .add(new Collected.Element(CoderUtils.encodeToByteArray(coder, element), window));
    }
  }
}
