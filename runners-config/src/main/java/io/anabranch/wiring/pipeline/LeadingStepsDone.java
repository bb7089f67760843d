/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.pipeline;

import io.anabranch.api.UserException;
import io.anabranch.transforms.internal.epoch.EpochEvent;
import io.anabranch.transforms.internal.events.EventsAfter;
import io.anabranch.transforms.internal.fused.LeadingSteps;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.Pipeline.PipelineVisitor;
import org.apache.beam.sdk.runners.AppliedPTransform;
import org.apache.beam.sdk.runners.PTransformOverride;
import org.apache.beam.sdk.runners.PTransformOverrideFactory;
import org.apache.beam.sdk.runners.TransformHierarchy.Node;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.util.construction.PTransformReplacements;
import org.apache.beam.sdk.util.construction.ReplacementOutputs;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;

/**
 * Where a view's transform goes on after {@link LeadingSteps}, which are called where events are
 * decoded. In the graph they do nothing: the output of the last one is what was made there.
 *
 * @param view the name of the view
 * @param steps the full names of the steps within {@link Views}, in their order
 * @param made what the last of them made of events, in the windows of its output
 * @param <X> the output of the last step
 */
record LeadingStepsDone<X>(String view, List<String> steps, PCollection<EpochEvent<X>> made) {

  /**
   * Changes all {@link Views} of a pipeline, which is not changed otherwise any more.
   *
   * @throws UserException if a transform of an author expands to other steps each time
   */
  static void applyAll(Pipeline pipeline) {
    Map<String, LeadingStepsDone<?>> last = new HashMap<>();
    Set<String> others = new HashSet<>();
    pipeline.traverseTopologically(
        new PipelineVisitor.Defaults() {
          @Override
          public CompositeBehavior enterCompositeTransform(Node node) {
            if (node.getTransform() instanceof Views<?> views) {
              String inside = node.getFullName() + "/";
              for (LeadingStepsDone<?> done : views.stepsDone()) {
                int end = done.steps.size() - 1;
                done.steps.subList(0, end).forEach(step -> others.add(inside + step));
                last.put(inside + done.steps.get(end), done);
              }
            }
            return CompositeBehavior.ENTER_TRANSFORM;
          }
        });
    if (!last.isEmpty()) {
      Replacement<?, ?> replacement = new Replacement<>(last);
      pipeline.replaceAll(
          List.of(
              PTransformOverride.of(
                  applied ->
                      (others.contains(applied.getFullName())
                              || last.containsKey(applied.getFullName()))
                          && applied.getTransform() instanceof ParDo.MultiOutput<?, ?> parDo
                          && !(parDo.getFn() instanceof EventsAfter)
                          && !(parDo.getFn() instanceof NothingFn),
                  replacement)));
      replacement.requireAll();
    }
  }

  /** Takes the place of a step that is called elsewhere. */
  private static final class NothingFn<I, O> extends DoFn<I, O> {
    private static final long serialVersionUID = 1L;

    /** No event comes here. */
    @ProcessElement
    public void process() {}
  }

  private static final class Replacement<I, X>
      implements PTransformOverrideFactory<
          PCollection<? extends I>, PCollectionTuple, ParDo.MultiOutput<I, X>> {
    private final Map<String, LeadingStepsDone<?>> last;
    private final Map<String, LeadingStepsDone<?>> missing;

    Replacement(Map<String, LeadingStepsDone<?>> last) {
      this.last = last;
      this.missing = new HashMap<>(last);
    }

    /** Otherwise no event would reach the rest of the transform. */
    void requireAll() {
      missing.forEach(
          (step, done) -> {
            throw new UserException(
                "view \"%s\": its transform has other steps each time it is expanded, and no longer %s. Name its steps, and build them of nothing that changes"
                    .formatted(done.view(), step));
          });
    }

    @Override
    @SuppressWarnings("unchecked") // the step's output and what was made of events are one
    public PTransformReplacement<PCollection<? extends I>, PCollectionTuple>
        getReplacementTransform(
            AppliedPTransform<PCollection<? extends I>, PCollectionTuple, ParDo.MultiOutput<I, X>>
                applied) {
      TupleTag<X> output = applied.getTransform().getMainOutputTag();
      LeadingStepsDone<X> done = (LeadingStepsDone<X>) last.get(applied.getFullName());
      if (done == null) {
        return PTransformReplacement.of(
            PTransformReplacements.getSingletonMainInput(applied),
            ParDo.of(new NothingFn<I, X>()).withOutputTags(output, TupleTagList.empty()));
      }
      missing.remove(applied.getFullName());
      return (PTransformReplacement<PCollection<? extends I>, PCollectionTuple>)
          (PTransformReplacement<?, ?>)
              PTransformReplacement.of(
                  done.made(),
                  ParDo.of(new EventsAfter<X>(done.view()))
                      .withOutputTags(output, TupleTagList.empty()));
    }

    @Override
    public Map<PCollection<?>, ReplacementOutput> mapOutputs(
        Map<TupleTag<?>, PCollection<?>> outputs, PCollectionTuple replaced) {
      return ReplacementOutputs.tagged(outputs, replaced);
    }
  }
}
