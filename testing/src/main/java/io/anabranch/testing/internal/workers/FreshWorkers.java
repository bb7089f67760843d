/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.internal.workers;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.PipelineRunner;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.runners.AppliedPTransform;
import org.apache.beam.sdk.runners.PTransformOverride;
import org.apache.beam.sdk.runners.PTransformOverrideFactory;
import org.apache.beam.sdk.runners.TransformHierarchy.Node;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.transforms.reflect.DoFnSignature;
import org.apache.beam.sdk.transforms.reflect.DoFnSignatures;
import org.apache.beam.sdk.util.construction.PTransformReplacements;
import org.apache.beam.sdk.util.construction.ReplacementOutputs;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;

/**
 * Hands a pipeline to another runner, after it put {@link FreshFn} around each stateless {@code
 * DoFn} within transforms of a name.
 */
public final class FreshWorkers extends PipelineRunner<PipelineResult> {
  /** The name of the transforms whose functions are run so. */
  public static final String AUTHORS = "Author";

  private final Options options;

  private FreshWorkers(Options options) {
    this.options = options;
  }

  /** The options of this runner. */
  public interface Options extends PipelineOptions {
    /** Returns the runner that runs the pipeline. */
    Class<? extends PipelineRunner<?>> getDelegate();

    void setDelegate(Class<? extends PipelineRunner<?>> runner);

    /** Returns what bundles are cut by. */
    @Default.Long(0)
    long getBundleSeed();

    void setBundleSeed(long seed);

    /** Returns whether each element is a bundle of its own, processed once. */
    @Default.Boolean(false)
    boolean getAlone();

    void setAlone(boolean alone);
  }

  /**
   * Puts this runner before the one of the options.
   *
   * @param seed what bundles are cut by
   */
  @SuppressWarnings("unchecked") // options hold a class of some runner
  public static PipelineOptions before(PipelineOptions options, long seed) {
    Options own = options.as(Options.class);
    own.setDelegate((Class<? extends PipelineRunner<?>>) options.getRunner());
    own.setBundleSeed(seed);
    options.setRunner(FreshWorkers.class);
    return options;
  }

  /** Puts this runner before the one of the options; each element is a bundle of its own. */
  public static PipelineOptions alone(PipelineOptions options) {
    before(options, 0).as(Options.class).setAlone(true);
    return options;
  }

  /** Makes the runner; Beam calls it. */
  public static FreshWorkers fromOptions(PipelineOptions options) {
    return new FreshWorkers(options.as(Options.class));
  }

  @Override
  public PipelineResult run(Pipeline pipeline) {
    options.setRunner(options.getDelegate());
    Set<String> steps = ofAuthor(pipeline);
    pipeline.replaceAll(
        List.of(
            PTransformOverride.of(
                applied -> isIn(steps, applied),
                new Replacement<>(options.getBundleSeed(), options.getAlone()))));
    return PipelineRunner.fromOptions(options).run(pipeline);
  }

  /**
   * Returns the full names of the steps to replace. What Beam has for reading and for side inputs
   * is left as it is: the DirectRunner rewrites that itself, and would lose what it adds to a step
   * within.
   */
  private static Set<String> ofAuthor(Pipeline pipeline) {
    Set<String> steps = new HashSet<>();
    pipeline.traverseTopologically(
        new Pipeline.PipelineVisitor.Defaults() {
          @Override
          public CompositeBehavior enterCompositeTransform(Node node) {
            PTransform<?, ?> transform = node.getTransform();
            boolean isBeams =
                transform != null
                    && (transform.getClass().getEnclosingClass() == Read.class
                        || transform.getClass().getEnclosingClass() == View.class);
            return isBeams
                ? CompositeBehavior.DO_NOT_ENTER_TRANSFORM
                : CompositeBehavior.ENTER_TRANSFORM;
          }

          @Override
          public void visitPrimitiveTransform(Node node) {
            if (node.getFullName().contains("/" + AUTHORS + "/")
                && node.getTransform() instanceof ParDo.MultiOutput<?, ?> parDo
                && isStateless(DoFnSignatures.getSignature(parDo.getFn().getClass()))) {
              steps.add(node.getFullName());
            }
          }
        });
    return steps;
  }

  private static boolean isIn(Set<String> steps, AppliedPTransform<?, ?, ?> applied) {
    return steps.contains(applied.getFullName())
        && applied.getTransform() instanceof ParDo.MultiOutput<?, ?> parDo
        && !(parDo.getFn() instanceof FreshFn); // it is replaced already
  }

  private static boolean isStateless(DoFnSignature signature) {
    DoFnSignature.ProcessElementMethod process = signature.processElement();
    return !process.isSplittable()
        && !signature.usesState()
        && !signature.usesTimers()
        && signature.onWindowExpiration() == null
        && !process.requiresTimeSortedInput()
        && process.getSchemaElementParameters().isEmpty();
  }

  private static final class Replacement<I, O>
      implements PTransformOverrideFactory<
          PCollection<? extends I>, PCollectionTuple, ParDo.MultiOutput<I, O>> {
    private final long seed;
    private final boolean alone;

    Replacement(long seed, boolean alone) {
      this.seed = seed;
      this.alone = alone;
    }

    @Override
    public PTransformReplacement<PCollection<? extends I>, PCollectionTuple>
        getReplacementTransform(
            AppliedPTransform<PCollection<? extends I>, PCollectionTuple, ParDo.MultiOutput<I, O>>
                applied) {
      ParDo.MultiOutput<I, O> original = applied.getTransform();
      PCollection<I> input = PTransformReplacements.getSingletonMainInput(applied);
      Map<TupleTag<?>, Coder<?>> coders = new HashMap<>();
      applied.getOutputs().forEach((tag, output) -> coders.put(tag, output.getCoder()));
      FreshFn<I, O> fresh =
          new FreshFn<>(
              new FreshFn.Application<>(
                  original.getFn(),
                  original.getMainOutputTag(),
                  original.getAdditionalOutputTags().getAll(),
                  original.getSideInputs(),
                  input.getCoder(),
                  coders,
                  input.getWindowingStrategy()),
              seed ^ applied.getFullName().hashCode(),
              alone);
      ParDo.MultiOutput<I, O> replacement =
          ParDo.of(fresh)
              .withOutputTags(
                  original.getMainOutputTag(),
                  TupleTagList.of(original.getAdditionalOutputTags().getAll()));
      for (Map.Entry<String, org.apache.beam.sdk.values.PCollectionView<?>> side :
          original.getSideInputs().entrySet()) {
        replacement = replacement.withSideInput(side.getKey(), side.getValue());
      }
      return PTransformReplacement.of(input, replacement);
    }

    @Override
    public Map<PCollection<?>, ReplacementOutput> mapOutputs(
        Map<TupleTag<?>, PCollection<?>> outputs, PCollectionTuple replaced) {
      return ReplacementOutputs.tagged(outputs, replaced);
    }
  }
}
