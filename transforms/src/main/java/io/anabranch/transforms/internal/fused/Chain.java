/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.fused;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.Pipeline.PipelineVisitor;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.runners.TransformHierarchy.Node;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.reflect.DoFnSignature;
import org.apache.beam.sdk.transforms.reflect.DoFnSignature.Parameter;
import org.apache.beam.sdk.transforms.reflect.DoFnSignatures;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.apache.beam.sdk.values.PValue;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.WindowingStrategy;

/**
 * The functions that a transform begins with, as long as they are {@code ParDo}s one after the
 * other, each with one output that only the next one takes, and without side inputs, state, timers,
 * restrictions or other needs of a runner.
 */
public final class Chain implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final String INPUT = "Events";
  private static final String STEPS = "Steps";

  private final ArrayList<Link> links;
  private final boolean whole;
  private final transient List<PCollection<?>> outputs;

  /**
   * A step of the author's.
   *
   * @param node its full name within the transform
   */
  private record Link(String node, DoFn<Object, Object> fn, TupleTag<?> output)
      implements Serializable {
    boolean hasBundleMethods() {
      DoFnSignature signature = DoFnSignatures.signatureForDoFn(fn);
      return signature.startBundle() != null || signature.finishBundle() != null;
    }

    /** Returns the name of the step as the author wrote it, without what Beam adds. */
    String step() {
      return node.replaceFirst("/ParMultiDo\\(.*\\)$", "");
    }
  }

  private Chain(List<Link> links, boolean whole, List<PCollection<?>> outputs) {
    this.links = new ArrayList<>(links); // which is serializable
    this.whole = whole;
    this.outputs = outputs;
  }

  /**
   * Expands a transform on a pipeline that is never run.
   *
   * @param windowFn the windows of its input
   * @param options those of the run
   * @return the functions that it begins with, empty if there are none
   */
  public static <E> Optional<Chain> of(
      PTransform<? super PCollection<E>, ? extends PCollection<?>> transform,
      Coder<E> coder,
      WindowFn<?, ?> windowFn,
      IsBounded bounded,
      PipelineOptions options) {
    Pipeline pipeline = Pipeline.create(options);
    PCollection<E> input = pipeline.apply(INPUT, new Input<>(coder, windowFn, bounded));
    PCollection<?> output = input.apply(STEPS, transform);
    Consumers consumers = new Consumers();
    pipeline.traverseTopologically(consumers);
    List<Link> links = new ArrayList<>();
    List<PCollection<?>> outputs = new ArrayList<>();
    PCollection<?> last = input;
    Optional<Node> next = consumers.only(last);
    while (next.isPresent() && !last.equals(output)) {
      ParDo.MultiOutput<Object, Object> parDo = parDo(next.get());
      String node = next.get().getFullName().substring(STEPS.length() + 1);
      links.add(new Link(node, parDo.getFn(), parDo.getMainOutputTag()));
      last = (PCollection<?>) next.get().getOutputs().get(parDo.getMainOutputTag());
      outputs.add(last);
      next = consumers.only(last);
    }
    boolean whole = last.equals(output) && links.size() == consumers.steps;
    return links.isEmpty() ? Optional.empty() : Optional.of(new Chain(links, whole, outputs));
  }

  /** Returns whether these are all steps of the transform. */
  public boolean isWhole() {
    return whole;
  }

  /** Returns the coder of what the last one outputs. */
  Coder<?> coder() {
    return outputs.get(outputs.size() - 1).getCoder();
  }

  /** Returns whether one of the functions has something to do for each bundle. */
  boolean hasBundleMethods() {
    return links.stream().anyMatch(Link::hasBundleMethods);
  }

  /**
   * Returns the functions before the first one that has something to do for each bundle, as it may
   * keep events: empty if there are none.
   */
  public Optional<Chain> beforeBundles() {
    int length = 0;
    while (length < links.size() && !links.get(length).hasBundleMethods()) {
      length++;
    }
    return length == 0
        ? Optional.empty()
        : Optional.of(
            new Chain(
                links.subList(0, length),
                whole && length == links.size(),
                outputs.subList(0, length)));
  }

  /** Returns the full names of the functions within the transform. */
  List<String> nodes() {
    return links.stream().map(Link::node).toList();
  }

  /**
   * Prepares the functions to be called; the first one takes the events.
   *
   * @param receiver takes what the last one outputs
   */
  Stage start(PipelineOptions options, Stage.Receiver receiver) {
    Stage first = null;
    for (int i = links.size() - 1; i >= 0; i--) {
      Link link = links.get(i);
      first = new Stage(link.step(), link.fn(), link.output(), options, receiver, first);
    }
    return first;
  }

  /** Returns the name of the last step. */
  String lastStep() {
    return links.get(links.size() - 1).step();
  }

  /** Stands for the events. */
  private static final class Input<E> extends PTransform<PBegin, PCollection<E>> {
    private static final long serialVersionUID = 1L;
    private final transient Coder<E> coder;
    private final transient WindowFn<?, ?> windowFn;
    private final transient IsBounded bounded;

    Input(Coder<E> coder, WindowFn<?, ?> windowFn, IsBounded bounded) {
      this.coder = coder;
      this.windowFn = windowFn;
      this.bounded = bounded;
    }

    @Override
    public PCollection<E> expand(PBegin begin) {
      return PCollection.createPrimitiveOutputInternal(
          begin.getPipeline(), WindowingStrategy.of(windowFn), bounded, coder);
    }
  }

  @SuppressWarnings("unchecked") // a chain fits together, as the graph was built by Beam
  private static ParDo.MultiOutput<Object, Object> parDo(Node node) {
    return (ParDo.MultiOutput<Object, Object>) node.getTransform();
  }

  /** Who takes which collection. */
  private static final class Consumers extends PipelineVisitor.Defaults {
    private final Map<PValue, List<Node>> all = new HashMap<>();
    private int steps;

    @Override
    public void visitPrimitiveTransform(Node node) {
      steps += node.getFullName().equals(INPUT) ? 0 : 1;
      node.getInputs()
          .values()
          .forEach(input -> all.computeIfAbsent(input, absent -> new ArrayList<>()).add(node));
    }

    /** Returns the one that takes a collection, if it is plain and the only one. */
    Optional<Node> only(PValue collection) {
      List<Node> nodes = all.getOrDefault(collection, List.of());
      return nodes.size() == 1 && isPlain(nodes.get(0))
          ? Optional.of(nodes.get(0))
          : Optional.empty();
    }

    private static boolean isPlain(Node node) {
      return node.getInputs().size() == 1
          && node.getTransform() instanceof ParDo.MultiOutput<?, ?> parDo
          && parDo.getSideInputs().isEmpty()
          && parDo.getAdditionalOutputTags().size() == 0
          && isPlain(DoFnSignatures.signatureForDoFn(parDo.getFn()));
    }

    private static boolean isPlain(DoFnSignature signature) {
      return !signature.usesState()
          && !signature.usesTimers()
          && signature.onWindowExpiration() == null
          && !signature.processElement().isSplittable()
          && !signature.processElement().requiresStableInput()
          && !signature.processElement().requiresTimeSortedInput()
          && signature.processElement().extraParameters().stream().allMatch(Consumers::isGiven)
          && areGiven(signature.startBundle())
          && areGiven(signature.finishBundle());
    }

    private static boolean areGiven(DoFnSignature.BundleMethod method) {
      return method == null || method.extraParameters().stream().allMatch(Consumers::isGiven);
    }

    /** Whether {@link Stage} has what a function asks for. */
    private static boolean isGiven(Parameter parameter) {
      return parameter instanceof Parameter.ElementParameter
          || parameter instanceof Parameter.TimestampParameter
          || parameter instanceof Parameter.WindowParameter
          || parameter instanceof Parameter.PaneInfoParameter
          || parameter instanceof Parameter.ProcessContextParameter
          || parameter instanceof Parameter.StartBundleContextParameter
          || parameter instanceof Parameter.FinishBundleContextParameter
          || parameter instanceof Parameter.PipelineOptionsParameter
          || parameter instanceof Parameter.TaggedOutputReceiverParameter
          || (parameter instanceof Parameter.OutputReceiverParameter receiver
              && !receiver.isRowReceiver());
    }
  }
}
