/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api;

import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.Pipeline.PipelineVisitor;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.Coder.NonDeterministicException;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.runners.TransformHierarchy.Node;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Redistribute;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.transforms.View.CreatePCollectionView;
import org.apache.beam.sdk.transforms.reflect.DoFnSignature;
import org.apache.beam.sdk.transforms.reflect.DoFnSignatures;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.PValue;
import org.apache.beam.sdk.values.WindowingStrategy;

/**
 * Expands the contributions of a combined view on a pipeline that is never run, and refuses what
 * would see only one epoch's part of a bucket: groupings, state, timers, windows, triggers. Only
 * what stems from the events is looked at; a side input of other origin may group as it likes.
 */
final class ContributionGraph<K, V> extends PipelineVisitor.Defaults {
  private final String view;
  private final Set<PValue> fromEvents = new HashSet<>();

  private ContributionGraph(String view) {
    this.view = view;
  }

  static <E, K, V> KvCoder<K, V> check(CombinedView<E, K, V, ?, ?> view, EventFormat<E> events) {
    Pipeline pipeline = Pipeline.create();
    ContributionGraph<K, V> graph = new ContributionGraph<>(view.name());
    PCollection<E> input =
        pipeline.apply("Events", new Unbounded<>(events.coder(), view.bucket().toMillis()));
    graph.fromEvents.add(input);
    try {
      PCollection<KV<K, V>> output = input.apply("Contributions", view.contributions());
      KvCoder<K, V> coder = graph.coderOf(output);
      pipeline.traverseTopologically(graph);
      graph.requireFromEvents(output);
      return coder;
    } catch (IllegalStateException | IllegalArgumentException e) { // what Beam's own checks throw
      throw new UserException(
          "view \"" + view.name() + "\": the contributions cannot be built: " + e.getMessage(), e);
    }
  }

  @Override
  public CompositeBehavior enterCompositeTransform(Node node) {
    PTransform<?, ?> transform = node.getTransform();
    if (transform instanceof Window && spread(node)) {
      throw refusal(node, "sets windows of its own"); // or triggers, which come with windows
    }
    if (transform instanceof Reshuffle
        || transform instanceof Reshuffle.ViaRandomKey
        || transform instanceof Redistribute.RedistributeByKey
        || transform instanceof Redistribute.RedistributeArbitrarily) {
      spread(node); // groups inside, but gives each element back as it was
      return CompositeBehavior.DO_NOT_ENTER_TRANSFORM;
    }
    return CompositeBehavior.ENTER_TRANSFORM;
  }

  @Override
  public void visitPrimitiveTransform(Node node) {
    if (!spread(node)) {
      return;
    }
    PTransform<?, ?> transform = node.getTransform();
    if (transform instanceof GroupByKey) {
      throw refusal(node, "groups elements");
    }
    if (transform instanceof CreatePCollectionView) {
      throw refusal(node, "collects events into a side input");
    }
    if (transform instanceof ParDo.MultiOutput<?, ?> parDo) {
      keepsState(parDo.getFn())
          .ifPresent(
              what -> {
                throw refusal(node, what);
              });
      for (PCollectionView<?> sideInput : parDo.getSideInputs().values()) {
        requireGlobal(node, sideInput);
      }
    }
  }

  /**
   * Beam looks a window of a side input up by the end of an epoch, which layers see differently.
   */
  @SuppressWarnings("deprecation") // there is no other way to a side input's windows
  private void requireGlobal(Node node, PCollectionView<?> sideInput) {
    WindowFn<?, ?> windowFn = sideInput.getWindowingStrategyInternal().getWindowFn();
    if (!(windowFn instanceof GlobalWindows)) {
      throw new UserException(
          "view \""
              + view
              + "\": \""
              + node.getFullName()
              + "\" reads a side input in the windows "
              + windowFn.getClass().getSimpleName()
              + ", and which of them an event finds would depend on how the log is divided. Use a"
              + " side input in the global window, for instance a map whose keys hold the time");
    }
  }

  private static Optional<String> keepsState(DoFn<?, ?> fn) {
    DoFnSignature signature = DoFnSignatures.signatureForDoFn(fn);
    if (signature.usesState()) {
      return Optional.of("keeps state");
    }
    if (signature.usesTimers()) {
      return Optional.of("sets timers");
    }
    if (signature.processElement().requiresTimeSortedInput()) {
      return Optional.of("asks for input in the order of time");
    }
    return Optional.empty();
  }

  /** Marks the outputs of a node that has an input from the events, and says whether it has one. */
  private boolean spread(Node node) {
    boolean touched = false;
    for (PValue input : node.getInputs().values()) {
      touched |= fromEvents.contains(input);
    }
    if (touched) {
      for (Map.Entry<?, PCollection<?>> output : node.getOutputs().entrySet()) {
        fromEvents.add(output.getValue());
      }
    }
    return touched;
  }

  private void requireFromEvents(PCollection<?> output) {
    if (!fromEvents.contains(output)) {
      throw new UserException(
          "view \""
              + view
              + "\": the contributions do not stem from the events, so they have no bucket: apply"
              + " them to the input of the transform, and bring in other collections as side"
              + " inputs");
    }
  }

  private UserException refusal(Node node, String what) {
    return new UserException(
        "view \""
            + view
            + "\": \""
            + node.getFullName()
            + "\" "
            + what
            + " inside the contributions, where it would see only one epoch's part of a bucket."
            + " Leave the grouping to combine(...): emit one KV per event there, and let a"
            + " CombineFn gather them. Transforms that need groupings, state or windows of their"
            + " own belong in a windowed view.");
  }

  private KvCoder<K, V> coderOf(PCollection<KV<K, V>> output) {
    Coder<KV<K, V>> coder;
    try {
      coder = output.getCoder();
    } catch (IllegalStateException e) {
      throw new UserException(
          "view \""
              + view
              + "\": Beam finds no coder for the contributions; end the transform with"
              + " setCoder(KvCoder.of(keyCoder, valueCoder))",
          e);
    }
    if (!(coder instanceof KvCoder<?, ?>)) {
      throw new UserException(
          "view \"" + view + "\": the contributions have the coder " + coder + ", not a KvCoder");
    }
    KvCoder<K, V> pair = (KvCoder<K, V>) coder;
    try {
      pair.getKeyCoder().verifyDeterministic();
    } catch (NonDeterministicException e) {
      throw new UserException(
          "view \""
              + view
              + "\": the key coder "
              + pair.getKeyCoder()
              + " is not deterministic, so equal keys could become two rows; use a deterministic"
              + " one, for instance StringUtf8Coder",
          e);
    }
    return pair;
  }

  /** Events in windows of the bucket's length, as contributions will find them. */
  private static final class Unbounded<E> extends PTransform<PBegin, PCollection<E>> {
    private final transient Coder<E> coder;
    private final long bucketMillis;

    Unbounded(Coder<E> coder, long bucketMillis) {
      this.coder = coder;
      this.bucketMillis = bucketMillis;
    }

    @Override
    public PCollection<E> expand(PBegin input) {
      return PCollection.createPrimitiveOutputInternal(
          input.getPipeline(),
          WindowingStrategy.of(FixedWindows.of(org.joda.time.Duration.millis(bucketMillis))),
          IsBounded.UNBOUNDED,
          coder);
    }
  }
}
