/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.fused;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
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
 * The functions of a transform that is nothing but {@code ParDo}s one after the other, each with
 * one output and without side inputs, state, timers, restrictions or other needs of a runner.
 */
final class Chain implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final String INPUT = "Events";
  private static final String STEPS = "Contributions";

  private final ArrayList<Link> links;

  /** A step of the author's. */
  private record Link(String step, DoFn<Object, Object> fn, TupleTag<?> output)
      implements Serializable {}

  private Chain(List<Link> links) {
    this.links = new ArrayList<>(links); // which is serializable
  }

  /**
   * Expands a transform on a pipeline that is never run.
   *
   * @param windowFn the windows of its input
   * @return its functions, empty if it is not such a chain
   */
  static <E> Optional<Chain> of(
      PTransform<? super PCollection<E>, ? extends PCollection<?>> transform,
      Coder<E> coder,
      WindowFn<?, ?> windowFn,
      IsBounded bounded) {
    Pipeline pipeline = Pipeline.create();
    PCollection<E> input = pipeline.apply(INPUT, new Input<>(coder, windowFn, bounded));
    PCollection<?> output = input.apply(STEPS, transform);
    Links links = new Links(input);
    pipeline.traverseTopologically(links);
    return links.endAt(output) ? Optional.of(new Chain(links.all)) : Optional.empty();
  }

  /**
   * Prepares the functions to be called; the first one takes the events.
   *
   * @param receiver takes what the last one gives out
   */
  Stage start(PipelineOptions options, Stage.Receiver receiver) {
    Stage first = null;
    for (int i = links.size() - 1; i >= 0; i--) {
      Link link = links.get(i);
      first = new Stage(link.step(), link.fn(), link.output(), options, receiver, first);
    }
    return first;
  }

  /** Returns the name of the step whose output are the contributions. */
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

  /** Goes from the input to the output, as long as there is one way. */
  private static final class Links extends PipelineVisitor.Defaults {
    final List<Link> all = new ArrayList<>();
    private PValue last;
    private boolean broken;

    Links(PCollection<?> input) {
      this.last = input;
    }

    boolean endAt(PCollection<?> output) {
      return !broken && !all.isEmpty() && last.equals(output);
    }

    @Override
    @SuppressWarnings("unchecked") // a chain fits together, as the graph was built by Beam
    public void visitPrimitiveTransform(Node node) {
      if (node.getFullName().equals(INPUT)) {
        return;
      }
      if (node.getTransform() instanceof ParDo.MultiOutput<?, ?> parDo
          && List.copyOf(node.getInputs().values()).equals(List.of(last))
          && parDo.getSideInputs().isEmpty()
          && parDo.getAdditionalOutputTags().size() == 0
          && isPlain(DoFnSignatures.signatureForDoFn(parDo.getFn()))) {
        all.add(
            new Link(
                step(node.getFullName()),
                (DoFn<Object, Object>) parDo.getFn(),
                parDo.getMainOutputTag()));
        last = node.getOutputs().get(parDo.getMainOutputTag());
      } else {
        broken = true;
      }
    }

    /** The name of the step as the author gave it, without what Beam adds. */
    private static String step(String fullName) {
      return fullName.replaceFirst("^" + STEPS + "/", "").replaceFirst("/ParMultiDo\\(.*\\)$", "");
    }

    private static boolean isPlain(DoFnSignature signature) {
      return !signature.usesState()
          && !signature.usesTimers()
          && signature.onWindowExpiration() == null
          && !signature.processElement().isSplittable()
          && !signature.processElement().requiresStableInput()
          && !signature.processElement().requiresTimeSortedInput()
          && signature.processElement().extraParameters().stream().allMatch(Links::isGiven)
          && areGiven(signature.startBundle())
          && areGiven(signature.finishBundle());
    }

    private static boolean areGiven(DoFnSignature.BundleMethod method) {
      return method == null || method.extraParameters().stream().allMatch(Links::isGiven);
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
