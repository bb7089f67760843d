/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.pipeline;

import io.anabranch.api.definition.CombinedDefinition;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.definition.WindowedDefinition;
import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.transforms.internal.aggregate.Shards;
import io.anabranch.transforms.internal.epoch.EpochEvent;
import io.anabranch.transforms.internal.epoch.EpochWindows;
import io.anabranch.transforms.internal.events.Decoded;
import io.anabranch.transforms.internal.events.EventConsumer;
import io.anabranch.transforms.internal.fused.Chain;
import io.anabranch.transforms.internal.fused.FusedView;
import io.anabranch.transforms.internal.fused.LeadingSteps;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;

/**
 * Steps of authors that are called where events are decoded, as only there the record of an event
 * is known: all contributions of a view, if they are plain steps, with the first aggregation; or
 * the plain steps that a view's transform begins with.
 */
final class CalledSteps<E> {
  private final ViewInputs<E> inputs;
  private final Map<String, FusedView<E, ?, ?>> fused = new TreeMap<>();
  private final Map<String, LeadingSteps<E, ?>> leading = new TreeMap<>();

  private CalledSteps(ViewInputs<E> inputs) {
    this.inputs = inputs;
  }

  /** Finds them. Where nothing is set aside, leading steps are left to the runner. */
  static <E> CalledSteps<E> find(
      ViewInputs<E> inputs, PCollection<RecordBatch> records, Shards shards) {
    CalledSteps<E> found = new CalledSteps<>(inputs);
    PipelineOptions options = records.getPipeline().getOptions();
    boolean setsAside = inputs.context().mostFailedEvents().isPresent();
    for (ViewDefinition<E, ?, ?, ?, ?> view : inputs.views()) {
      Optional<LeadingSteps<E, ?>> first =
          view.match(
              combined -> found.fuse(combined, records.isBounded(), options, shards),
              windowed -> found.lead(windowed, records.isBounded(), options));
      if (setsAside) {
        first.ifPresent(steps -> found.leading.put(view.name(), steps));
      }
    }
    return found;
  }

  /** Returns nothing if the whole view is fused, or begins with another step. */
  private Optional<LeadingSteps<E, ?>> fuse(
      CombinedDefinition<E, ?, ?, ?, ?> view,
      IsBounded bounded,
      PipelineOptions options,
      Shards shards) {
    EpochWindows<E> windows = inputs.windows(view);
    long after = inputs.after(view);
    Optional<Chain> chain = Chain.of(view.contributions(), eventCoder(), windows, bounded, options);
    boolean mayFuse = options.as(PipelineShape.class).getFuseContributions();
    if (mayFuse && chain.filter(Chain::isWhole).isPresent()) {
      fused.put(view.name(), FusedView.of(view, chain.get(), windows, shards, after));
      return Optional.empty();
    }
    return chain
        .flatMap(Chain::beforeBundles)
        .map(steps -> LeadingSteps.ofCombined(view, steps, windows, after));
  }

  private Optional<LeadingSteps<E, ?>> lead(
      WindowedDefinition<E, ?, ?> view, IsBounded bounded, PipelineOptions options) {
    return Chain.of(view.rows(), eventCoder(), new GlobalWindows(), bounded, options)
        .flatMap(Chain::beforeBundles)
        .map(
            steps ->
                LeadingSteps.ofWindowed(view, steps, inputs.admission(view), inputs.after(view)));
  }

  private Coder<E> eventCoder() {
    return inputs.context().application().events().coder();
  }

  /** Returns what is to be given events as they are decoded. */
  List<EventConsumer<E, ?>> consumers() {
    List<EventConsumer<E, ?>> consumers = new ArrayList<>(fused.values());
    consumers.addAll(leading.values());
    return consumers;
  }

  /** Returns whether a view needs no events besides. */
  boolean takes(ViewDefinition<E, ?, ?, ?, ?> view) {
    return fused.containsKey(view.name()) || leading.containsKey(view.name());
  }

  /** Returns the partial rows of a view, if all its contributions are made where it is decoded. */
  Optional<PCollection<KV<Long, byte[]>>> blocks(
      Decoded<E> decoded, ViewDefinition<E, ?, ?, ?, ?> view) {
    FusedView<E, ?, ?> whole = fused.get(view.name());
    return whole == null ? Optional.empty() : Optional.of(decoded.of(whole));
  }

  /** Returns where a view's transform goes on, if its first steps are called here. */
  Optional<LeadingStepsDone<?>> goOn(Decoded<E> decoded, ViewDefinition<E, ?, ?, ?, ?> view) {
    LeadingSteps<E, ?> steps = leading.get(view.name());
    return steps == null ? Optional.empty() : Optional.of(goOn(decoded, view, steps));
  }

  private <X> LeadingStepsDone<X> goOn(
      Decoded<E> decoded, ViewDefinition<E, ?, ?, ?, ?> view, LeadingSteps<E, X> steps) {
    String name = view.name();
    PCollection<EpochEvent<X>> made = decoded.of(steps);
    return view.match(
        combined ->
            new LeadingStepsDone<>(
                name,
                inside(name + Views.CONTRIBUTIONS + "/", steps),
                made.apply(name + "/Steps", Window.into(inputs.windows(combined)))),
        windowed -> new LeadingStepsDone<>(name, inside(name + Views.ROWS + "/", steps), made));
  }

  private static List<String> inside(String transform, LeadingSteps<?, ?> steps) {
    return steps.nodes().stream().map(transform::concat).toList();
  }
}
