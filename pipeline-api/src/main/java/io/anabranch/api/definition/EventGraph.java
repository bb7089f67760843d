/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.definition;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import io.anabranch.api.UserException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.beam.sdk.Pipeline.PipelineVisitor;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.Coder.NonDeterministicException;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.runners.TransformHierarchy.Node;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Redistribute;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.transforms.reflect.DoFnSignature;
import org.apache.beam.sdk.transforms.reflect.DoFnSignatures;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.apache.beam.sdk.values.PValue;
import org.apache.beam.sdk.values.WindowingStrategy;

/**
 * Looks at an author's transform as a graph on a pipeline that is never run, over unbounded events,
 * as a run that follows the log will apply it. Knows which collections stem from the events.
 */
abstract class EventGraph<K, V> extends PipelineVisitor.Defaults {
  private final String view;
  private final String output;
  private final String advice;
  private final Set<PValue> fromEvents = new HashSet<>();

  /**
   * Looks at the transform of a view.
   *
   * @param output what the transform makes, in words
   * @param advice how to name a coder for it
   */
  EventGraph(String view, String output, String advice) {
    this.view = view;
    this.output = output;
    this.advice = advice;
  }

  final void startFrom(PCollection<?> events) {
    fromEvents.add(events);
  }

  /** Marks the outputs of a node that has an input from the events, and says whether it has one. */
  final boolean spread(Node node) {
    boolean touched = false;
    for (PValue input : node.getInputs().values()) {
      touched |= fromEvents.contains(input);
    }
    if (touched) {
      for (Map.Entry<?, PCollection<?>> each : node.getOutputs().entrySet()) {
        fromEvents.add(each.getValue());
      }
    }
    return touched;
  }

  /**
   * Fails for what reads without an end, besides the events: a batch run would never end, and a run
   * that follows the log would wait for it, or find something else in it each time.
   */
  final void requireEnds(Node node) {
    boolean endless =
        node.getTransform() instanceof ParDo.MultiOutput<?, ?> parDo && isEndless(parDo.getFn());
    boolean unbounded =
        node.getInputs().isEmpty()
            && node.getOutputs().values().stream()
                .anyMatch(each -> each.isBounded() == IsBounded.UNBOUNDED)
            && !(node.getTransform() instanceof Unbounded<?>);
    if (endless || unbounded) {
      throw refused(
          node,
          "reads without an end, so what an event finds in it would depend on when it is computed, and a batch run would not end. Use an input with an end, such as a file that is read at the start; what changes as time goes on belongs into the log, as events");
    }
  }

  private static boolean isEndless(DoFn<?, ?> fn) {
    DoFnSignature signature = DoFnSignatures.signatureForDoFn(fn);
    return signature.processElement().isSplittable()
        && signature.isBoundedPerElement() == IsBounded.UNBOUNDED;
  }

  final boolean isFromEvents(PValue collection) {
    return fromEvents.contains(collection);
  }

  /** Groups inside, but gives each element back as it was, in the windows that it had. */
  static boolean isReshuffle(Node node) {
    PTransform<?, ?> transform = node.getTransform();
    return transform instanceof Reshuffle
        || transform instanceof Reshuffle.ViaRandomKey
        || transform instanceof Redistribute.RedistributeByKey
        || transform instanceof Redistribute.RedistributeArbitrarily;
  }

  /** Returns what refuses the view as a whole. */
  @FormatMethod
  final UserException refused(@FormatString String text, Object... values) {
    return new UserException(ofView() + String.format(Locale.ROOT, text, values));
  }

  /** Returns what refuses one step of its transform. */
  @FormatMethod
  final UserException refused(Node node, @FormatString String text, Object... values) {
    return refused("\"%s\" %s", node.getFullName(), String.format(Locale.ROOT, text, values));
  }

  /** Starts the text of an error about this view. */
  final String ofView() {
    return "view \"" + view + "\": ";
  }

  /** Returns the coder of the output, of which the key's must be deterministic. */
  final KvCoder<K, V> coderOf(PCollection<KV<K, V>> collection) {
    Coder<KV<K, V>> coder;
    try {
      coder = collection.getCoder();
    } catch (IllegalStateException e) {
      throw new UserException(
          ofView() + "Beam finds no coder for the " + output + "; " + advice, e);
    }
    if (!(coder instanceof KvCoder<?, ?>)) {
      throw refused("the %s have the coder %s, not a KvCoder", output, coder);
    }
    KvCoder<K, V> pair = (KvCoder<K, V>) coder;
    try {
      pair.getKeyCoder().verifyDeterministic();
    } catch (NonDeterministicException e) {
      throw new UserException(
          "%sthe key coder %s is not deterministic, so equal keys could become two rows; use a deterministic one, for instance StringUtf8Coder"
              .formatted(ofView(), pair.getKeyCoder()),
          e);
    }
    return pair;
  }

  /** Events without an end. */
  static final class Unbounded<E> extends PTransform<PBegin, PCollection<E>> {
    private final transient Coder<E> coder;
    private final transient WindowFn<Object, ?> windows;

    Unbounded(Coder<E> coder, WindowFn<Object, ?> windows) {
      this.coder = coder;
      this.windows = windows;
    }

    @Override
    public PCollection<E> expand(PBegin input) {
      return PCollection.createPrimitiveOutputInternal(
          input.getPipeline(), WindowingStrategy.of(windows), IsBounded.UNBOUNDED, coder);
    }
  }
}
