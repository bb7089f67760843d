/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.definition;

import io.anabranch.api.CombinedView;
import io.anabranch.api.EventFormat;
import io.anabranch.api.UserException;
import java.util.Optional;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.runners.TransformHierarchy.Node;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.View.CreatePCollectionView;
import org.apache.beam.sdk.transforms.reflect.DoFnSignature;
import org.apache.beam.sdk.transforms.reflect.DoFnSignatures;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;

/**
 * Expands the contributions of a combined view on a pipeline that is never run, and refuses what
 * would see only one epoch's part of a bucket: groupings, state, timers, windows, triggers. Only
 * what stems from the events is looked at; a side input of other origin may group as it likes.
 */
final class ContributionGraph<K, V> extends EventGraph<K, V> {

  private ContributionGraph(String view) {
    super(view, "contributions", "call coders(keyCoder, valueCoder) after contributions(...)");
  }

  static <E, K, V> KvCoder<K, V> check(CombinedView<E, K, V, ?, ?> view, EventFormat<E> events) {
    Pipeline pipeline = new DryPipeline();
    ContributionGraph<K, V> graph = new ContributionGraph<>(view.name());
    PCollection<E> input =
        pipeline.apply("Events", new Unbounded<>(events.coder(), view.bucket().windows()));
    graph.startFrom(input);
    try {
      PCollection<KV<K, V>> output = input.apply("Contributions", view.contributions());
      KvCoder<K, V> coder = graph.coderOf(output);
      pipeline.traverseTopologically(graph);
      graph.requireFromEvents(output);
      return coder;
    } catch (IllegalStateException | IllegalArgumentException e) { // what Beam's own checks throw
      throw new UserException(
          graph.ofView() + "the contributions cannot be built: " + e.getMessage(), e);
    }
  }

  @Override
  public CompositeBehavior enterCompositeTransform(Node node) {
    PTransform<?, ?> transform = node.getTransform();
    if (transform instanceof Window && spread(node)) {
      throw refusal(node, "sets windows of its own"); // or triggers, which come with windows
    }
    if (isReshuffle(node)) {
      spread(node);
      return CompositeBehavior.DO_NOT_ENTER_TRANSFORM;
    }
    return CompositeBehavior.ENTER_TRANSFORM;
  }

  @Override
  public void visitPrimitiveTransform(Node node) {
    requireEnds(node);
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
      throw refused(
          node,
          "reads a side input in the windows %s, and which of them an event finds would depend on how the log is divided. Use a side input in the global window, for instance a map whose keys hold the time",
          windowFn.getClass().getSimpleName());
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

  private void requireFromEvents(PCollection<?> output) {
    if (!isFromEvents(output)) {
      throw refused(
          "the contributions do not stem from the events, so they have no bucket: apply them to the input of the transform, and bring in other collections as side inputs");
    }
  }

  private UserException refusal(Node node, String what) {
    return refused(
        node,
        "%s inside the contributions, where it would see only one epoch's part of a bucket. Leave the grouping to combine(...): emit one KV per event there, and let a CombineFn gather them. Transforms that need groupings, state or windows of their own belong in a windowed view.",
        what);
  }
}
