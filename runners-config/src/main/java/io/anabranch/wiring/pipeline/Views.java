/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.pipeline;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.Timeliness;
import io.anabranch.api.definition.CombinedDefinition;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.definition.WindowedDefinition;
import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.transforms.internal.aggregate.Shards;
import io.anabranch.transforms.internal.aggregate.StoreBlocks;
import io.anabranch.transforms.internal.aggregate.StoreContributions;
import io.anabranch.transforms.internal.aggregate.StoreWindows;
import io.anabranch.transforms.internal.epoch.EpochEvent;
import io.anabranch.transforms.internal.epoch.EpochWindows;
import io.anabranch.transforms.internal.events.Decode;
import io.anabranch.transforms.internal.events.Decoded;
import io.anabranch.transforms.internal.events.EventsAfter;
import io.anabranch.transforms.internal.events.TimelyEvents;
import io.anabranch.transforms.internal.store.FailedEventLimit;
import io.anabranch.transforms.internal.store.MarkProgress;
import io.anabranch.transforms.internal.store.WriteDeadLetters;
import io.anabranch.wiring.RunContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PDone;

/**
 * From records to stored rows of views: what batch, speed and Kappa have in common.
 *
 * <p>Input: record batches, bounded or not. The events of a combined view get its {@link
 * EpochWindows}, pass through the author's contributions and are stored in the view's slice. Those
 * of a windowed view come to the author's transform as they are, if they are in time; its rows are
 * stored once their window is complete. Records that cannot be decoded, events on which an author's
 * step throws, and events that are not in time, are stored as dead letters.
 *
 * <p>Some steps of authors are called where events are decoded, see {@link CalledSteps}. {@link
 * LeadingStepsDone#applyAll} must be called once the pipeline is made.
 */
public final class Views<E> extends PTransform<PCollection<RecordBatch>, PDone> {
  /** The author's transforms, below the name of their view. */
  static final String CONTRIBUTIONS = "/Contributions";

  static final String ROWS = "/Rows";

  private final transient ViewInputs<E> inputs;
  private final transient OptionalLong markFrom;
  private final transient boolean storesLetters;
  private final transient List<OpenSlice> ofTheRun;
  private final transient List<LeadingStepsDone<?>> stepsDone = new ArrayList<>();

  private Views(
      ViewInputs<E> inputs,
      OptionalLong markFrom,
      boolean storesLetters,
      List<OpenSlice> ofTheRun) {
    this.inputs = inputs;
    this.markFrom = markFrom;
    this.storesLetters = storesLetters;
    this.ofTheRun = ofTheRun;
  }

  /**
   * Stores the views that have a slice here, by their names, from where the slices begin.
   *
   * @param through the last epoch that is complete in the input, {@link Long#MAX_VALUE} if more
   *     become so: no window is stored that is complete with a later one
   */
  public static <E> Views<E> into(
      Map<String, OpenSlice> slices, RunContext<E> context, long through) {
    return new Views<>(
        new ViewInputs<>(context, slices, through, Epochs.NONE, false),
        OptionalLong.empty(),
        true,
        List.copyOf(slices.values()));
  }

  /** Makes one row per bucket and key of all epochs, under the number of the last one. */
  public Views<E> inOneEpoch() {
    return new Views<>(inputs.withOneEpoch(), markFrom, storesLetters, ofTheRun);
  }

  /**
   * Counts events in that were not in time, through an epoch, for views that have all epochs to
   * come; see {@link Timeliness#countedInThrough}.
   */
  public Views<E> countingInThrough(long epoch) {
    return new Views<>(inputs.withWholeThrough(epoch), markFrom, storesLetters, ofTheRun);
  }

  /** Reports to the store at the end of each epoch, from this one on, that it is complete. */
  public Views<E> markProgressFrom(long epoch) {
    return new Views<>(inputs, OptionalLong.of(epoch), storesLetters, ofTheRun);
  }

  /** Leaves out all dead letters, as a run that stores them is elsewhere. */
  public Views<E> withoutDeadLetters() {
    return new Views<>(inputs, markFrom, false, ofTheRun);
  }

  /**
   * Counts the events on which steps may throw over all slices of the run; default those that are
   * stored here.
   */
  public Views<E> ofARunOf(Collection<OpenSlice> all) {
    return new Views<>(inputs, markFrom, storesLetters, List.copyOf(all));
  }

  @Override
  public PDone expand(PCollection<RecordBatch> records) {
    Shards shards = shards(records);
    CalledSteps<E> called = CalledSteps.find(inputs, records, shards);
    Decoded<E> decoded =
        records.apply(
            "Decode",
            Decode.records(context().application().events(), inputs.epochs())
                .admitting(inputs.admissions())
                .into(called.consumers(), !inputs.views().stream().allMatch(called::takes))
                .settingAside(context().mostFailedEvents().isPresent()));
    Optional<PCollection<Void>> lettersWritten = storeDeadLetters(decoded.deadLetters());
    for (ViewDefinition<E, ?, ?, ?, ?> view : inputs.views()) {
      PCollection<EpochEvent<E>> events =
          called.takes(view) ? decoded.noEvents() : decoded.events();
      PCollection<Void> rowsWritten =
          view.match(
              combined ->
                  called
                      .blocks(decoded, combined)
                      .map(blocks -> storeBlocks(blocks, combined, shards))
                      .orElseGet(() -> storeCombined(events, combined, shards)),
              windowed -> storeWindowed(events, windowed));
      PCollectionList<Void> writes = PCollectionList.of(rowsWritten);
      markProgress(view, lettersWritten.map(writes::and).orElse(writes));
      called.goOn(decoded, view).ifPresent(stepsDone::add);
    }
    return PDone.in(records.getPipeline());
  }

  private Optional<PCollection<Void>> storeDeadLetters(PCollection<DeadLetter> found) {
    if (!storesLetters) {
      return Optional.empty();
    }
    return Optional.of(
        found.apply(
            "DeadLetters",
            WriteDeadLetters.to(context().storeSettings(), inputs.slices().values())
                .limitedTo(
                    FailedEventLimit.of(
                        context().store().deadLetters(),
                        ofTheRun,
                        context().mostFailedEvents().orElse(0)))));
  }

  /** Returns where the author's steps go on that were called already. */
  List<LeadingStepsDone<?>> stepsDone() {
    return stepsDone;
  }

  private Shards shards(PCollection<RecordBatch> records) {
    PipelineShape shape = records.getPipeline().getOptions().as(PipelineShape.class);
    return records.isBounded() == IsBounded.UNBOUNDED
        ? Shards.ofEpochs(shape.getPartialRowBytes())
        : Shards.of(context().log().size(inputs.reads()).amount(), shape.getPartialRowBytes());
  }

  private void markProgress(ViewDefinition<E, ?, ?, ?, ?> view, PCollectionList<Void> writes) {
    if (markFrom.isPresent()) {
      writes.apply(
          view.name() + "/Progress",
          MarkProgress.of(
                  inputs.epochs(),
                  inputs.slice(view),
                  context().storeSettings(),
                  markFrom.getAsLong())
              .heldBack(view.timeliness().map(Timeliness::lateness).orElse(Duration.ZERO)));
    }
  }

  private <K, V, A> PCollection<Void> storeBlocks(
      PCollection<KV<Long, byte[]>> blocks, CombinedDefinition<E, K, V, A, ?> view, Shards shards) {
    return blocks.apply(
        view.name() + "/Store",
        StoreBlocks.of(
            view,
            shards,
            inputs.epochs(),
            inputs.slice(view),
            context().storeSettings(),
            context().refresh()));
  }

  private <K, V, A> PCollection<Void> storeCombined(
      PCollection<EpochEvent<E>> events, CombinedDefinition<E, K, V, A, ?> view, Shards shards) {
    String name = view.name();
    PCollection<KV<K, V>> contributions =
        events
            .apply(name + "/Epochs", Window.into(inputs.windows(view)))
            .apply(name + "/Events", ParDo.of(new EventsAfter<>(name, inputs.after(view))))
            .setCoder(context().application().events().coder())
            .apply(name + CONTRIBUTIONS, view.contributions())
            .setCoder(view.contributionCoder());
    if (mayLoseTimestampsAfterWindows(contributions)) {
      contributions =
          contributions
              .apply(name + "/Timestamps", ParDo.of(new RequireTimestampsInWindows<>(name)))
              .setCoder(view.contributionCoder());
    }
    return contributions.apply(
        name + "/Store",
        StoreContributions.of(
            view,
            shards,
            inputs.epochs(),
            inputs.slice(view),
            context().storeSettings(),
            context().refresh()));
  }

  /** See {@link RequireTimestampsInWindows}. */
  private static boolean mayLoseTimestampsAfterWindows(PCollection<?> contributions) {
    return contributions.isBounded() == IsBounded.UNBOUNDED
        && contributions
            .getPipeline()
            .getOptions()
            .getRunner()
            .getSimpleName()
            .equals("DirectRunner");
  }

  private <K, V> PCollection<Void> storeWindowed(
      PCollection<EpochEvent<E>> events, WindowedDefinition<E, K, V> view) {
    String name = view.name();
    OpenSlice slice = inputs.slice(view);
    return events
        .apply(
            name + "/Events",
            ParDo.of(new TimelyEvents<>(name, inputs.admission(view), inputs.after(view))))
        .setCoder(context().application().events().coder())
        .apply(name + ROWS, view.rows())
        .setCoder(view.rowCoder())
        .apply(
            name + "/Store",
            StoreWindows.of(
                view,
                inputs.epochs(),
                new EpochRange(slice.after(), Math.max(slice.after(), inputs.through())),
                slice,
                context().storeSettings()));
  }

  private RunContext<E> context() {
    return inputs.context();
  }
}
