/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.pipeline;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.EventFormat;
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
import io.anabranch.transforms.internal.epoch.Admission;
import io.anabranch.transforms.internal.epoch.EpochEvent;
import io.anabranch.transforms.internal.epoch.EpochWindows;
import io.anabranch.transforms.internal.events.Decode;
import io.anabranch.transforms.internal.events.Decoded;
import io.anabranch.transforms.internal.events.EventConsumer;
import io.anabranch.transforms.internal.events.EventsAfter;
import io.anabranch.transforms.internal.events.TimelyEvents;
import io.anabranch.transforms.internal.fused.Chain;
import io.anabranch.transforms.internal.fused.FusedView;
import io.anabranch.transforms.internal.fused.LeadingSteps;
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
import java.util.TreeMap;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.Filter;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
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
 * <p>Plain steps that a view's transform begins with are called where events are decoded, as only
 * there the record of an event is known. {@link LeadingStepsDone#applyAll} must be called once the
 * pipeline is made.
 */
public final class Views<E> extends PTransform<PCollection<RecordBatch>, PDone> {
  private final transient RunContext<E> context;
  private final transient Map<String, OpenSlice> slices;
  private final transient long through;
  private final transient long wholeThrough;
  private final transient Stored stored;
  private final transient OptionalLong markFrom;
  private final transient Letters letters;
  private final transient List<OpenSlice> lettersOf;
  private final transient List<LeadingStepsDone<?>> stepsDone = new ArrayList<>();

  /** How rows are stored. */
  private enum Stored {
    /** Those of each epoch by themselves, as the epoch goes on. */
    BY_EPOCH,
    /** Those of all epochs together. */
    IN_ONE_EPOCH
  }

  /** Which dead letters are stored. */
  private enum Letters {
    ALL,
    /** Only those of one view, as those of all views are stored elsewhere. */
    OF_ONE_VIEW,
    NONE
  }

  private Views(
      RunContext<E> context,
      Map<String, OpenSlice> slices,
      long through,
      long wholeThrough,
      Stored stored,
      OptionalLong markFrom,
      Letters letters,
      List<OpenSlice> lettersOf) {
    this.context = context;
    this.slices = slices;
    this.through = through;
    this.wholeThrough = wholeThrough;
    this.stored = stored;
    this.markFrom = markFrom;
    this.letters = letters;
    this.lettersOf = lettersOf;
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
        context,
        slices,
        through,
        Epochs.NONE,
        Stored.BY_EPOCH,
        OptionalLong.empty(),
        Letters.ALL,
        List.copyOf(slices.values()));
  }

  /** Makes one row per bucket and key of all epochs, under the number of the last one. */
  public Views<E> inOneEpoch() {
    return new Views<>(
        context, slices, through, wholeThrough, Stored.IN_ONE_EPOCH, markFrom, letters, lettersOf);
  }

  /**
   * Counts events in that were not in time, through an epoch, for views that have all epochs to
   * come; see {@link Timeliness#countedInThrough}.
   */
  public Views<E> countingInThrough(long epoch) {
    return new Views<>(context, slices, through, epoch, stored, markFrom, letters, lettersOf);
  }

  /** Reports to the store at the end of each epoch, from this one on, that it is complete. */
  public Views<E> markProgressFrom(long epoch) {
    return new Views<>(
        context, slices, through, wholeThrough, stored, OptionalLong.of(epoch), letters, lettersOf);
  }

  /** Leaves out all dead letters, as a run that stores them is elsewhere. */
  public Views<E> withoutDeadLetters() {
    return new Views<>(
        context, slices, through, wholeThrough, stored, markFrom, Letters.NONE, lettersOf);
  }

  /**
   * Stores records that cannot be decoded for the versions of all slices of the run; default those
   * that are stored here.
   */
  public Views<E> lettersOf(Collection<OpenSlice> all) {
    return new Views<>(
        context, slices, through, wholeThrough, stored, markFrom, letters, List.copyOf(all));
  }

  /** Leaves out records that cannot be decoded, as they are stored elsewhere. */
  public Views<E> withoutUndecodable() {
    return new Views<>(
        context, slices, through, wholeThrough, stored, markFrom, Letters.OF_ONE_VIEW, lettersOf);
  }

  @Override
  public PDone expand(PCollection<RecordBatch> records) {
    EventFormat<E> format = context.application().events();
    Map<String, Admission> admissions = new TreeMap<>();
    for (ViewDefinition<E, ?, ?, ?, ?> view : stored()) {
      view.timeliness()
          .ifPresent(timeliness -> admissions.put(view.name(), admission(view, timeliness)));
    }
    PipelineShape shape = records.getPipeline().getOptions().as(PipelineShape.class);
    Shards shards = shards(shape, records.isBounded());
    Map<String, FusedView<E, ?, ?>> fused = new TreeMap<>();
    Map<String, LeadingSteps<E, ?>> leading = new TreeMap<>();
    stored().forEach(view -> fuse(view, records, shards, fused, leading));
    List<EventConsumer<E, ?>> consumers = new ArrayList<>(fused.values());
    consumers.addAll(leading.values());
    Decoded<E> decoded =
        records.apply(
            "Decode",
            Decode.records(format, epochs())
                .admitting(admissions)
                .into(consumers, consumers.size() < stored().size())
                .settingAside(context.mostFailedEvents().orElse(-1)));
    storeDeadLetters(decoded.deadLetters());
    for (ViewDefinition<E, ?, ?, ?, ?> view : stored()) {
      String name = view.name();
      PCollection<EpochEvent<E>> events =
          leading.containsKey(name) ? decoded.noEvents() : decoded.events();
      markProgress(
          view,
          view.match(
              combined ->
                  fused.containsKey(name)
                      ? storeBlocks(decoded.of(fused.get(name)), combined, shards)
                      : storeCombined(events, combined, shards),
              windowed -> storeWindowed(events, windowed)));
      if (leading.containsKey(name)) {
        stepsDone.add(lead(decoded, view, leading.get(name)));
      }
    }
    return PDone.in(records.getPipeline());
  }

  private void storeDeadLetters(PCollection<DeadLetter> found) {
    if (letters == Letters.NONE) {
      return;
    }
    PCollection<DeadLetter> stored =
        letters == Letters.OF_ONE_VIEW
            ? found.apply("OfOneView", Filter.by(letter -> letter.view().isPresent()))
            : found;
    stored.apply(
        "DeadLetters",
        WriteDeadLetters.to(context.storeSettings(), lettersOf)
            .limitedTo(
                FailedEventLimit.of(
                    context.store().deadLetters(),
                    lettersOf,
                    context.mostFailedEvents().orElse(0))));
  }

  /** Returns where the author's steps go on that were called already. */
  List<LeadingStepsDone<?>> stepsDone() {
    return stepsDone;
  }

  /** The views that have a slice here. */
  private List<ViewDefinition<E, ?, ?, ?, ?>> stored() {
    List<ViewDefinition<E, ?, ?, ?, ?>> views = new ArrayList<>();
    for (ViewDefinition<E, ?, ?, ?, ?> view : context.application().views()) {
      if (slices.containsKey(view.name())) {
        views.add(view);
      }
    }
    return views;
  }

  private Shards shards(PipelineShape shape, IsBounded bounded) {
    if (bounded == IsBounded.UNBOUNDED) {
      return Shards.ofEpochs(shape.getPartialRowBytes());
    }
    long after = context.readAfter(slices.values());
    EpochRange read = new EpochRange(after, Math.max(after, through));
    return Shards.of(context.log().size(read).amount(), shape.getPartialRowBytes());
  }

  /**
   * Finds the steps of a view that are called where its events are decoded. Where nothing is set
   * aside, leading steps are left to the runner.
   */
  private void fuse(
      ViewDefinition<E, ?, ?, ?, ?> view,
      PCollection<RecordBatch> records,
      Shards shards,
      Map<String, FusedView<E, ?, ?>> fused,
      Map<String, LeadingSteps<E, ?>> leading) {
    PipelineOptions options = records.getPipeline().getOptions();
    boolean fuse = options.as(PipelineShape.class).getFuseContributions();
    IsBounded bounded = records.isBounded();
    Coder<E> coder = context.application().events().coder();
    String name = view.name();
    long after = slices.get(name).after();
    Optional<LeadingSteps<E, ?>> first =
        view.match(
            combined -> {
              EpochWindows<E> windows = windows(combined);
              Optional<Chain> chain =
                  Chain.of(combined.contributions(), coder, windows, bounded, options);
              if (fuse && chain.filter(Chain::isWhole).isPresent()) {
                fused.put(name, FusedView.of(combined, chain.get(), windows, shards, after));
                return Optional.empty();
              }
              return chain
                  .flatMap(Chain::beforeBundles)
                  .map(each -> LeadingSteps.ofCombined(combined, each, windows, after));
            },
            windowed ->
                Chain.of(windowed.rows(), coder, new GlobalWindows(), bounded, options)
                    .flatMap(Chain::beforeBundles)
                    .map(
                        each ->
                            LeadingSteps.ofWindowed(
                                windowed,
                                each,
                                admission(windowed, windowed.timeliness().orElseThrow()),
                                context.readAfter(windowed, after))));
    if (setsAside()) {
      first.ifPresent(steps -> leading.put(name, steps));
    }
  }

  private boolean setsAside() {
    return context.mostFailedEvents().isPresent();
  }

  /** What leading steps made of events goes on in the author's transform, after the last one. */
  private <X> LeadingStepsDone<X> lead(
      Decoded<E> decoded, ViewDefinition<E, ?, ?, ?, ?> view, LeadingSteps<E, X> steps) {
    String name = view.name();
    PCollection<EpochEvent<X>> made = decoded.of(steps);
    return view.match(
        combined ->
            new LeadingStepsDone<>(
                name,
                inside(name + "/Contributions/", steps.nodes()),
                made.apply(name + "/Steps", Window.into(windows(combined)))),
        windowed -> new LeadingStepsDone<>(name, inside(name + "/Rows/", steps.nodes()), made));
  }

  private static List<String> inside(String transform, List<String> nodes) {
    return nodes.stream().map(transform::concat).toList();
  }

  private <X> EpochWindows<X> windows(CombinedDefinition<E, ?, ?, ?, ?> view) {
    EpochWindows<X> windows = EpochWindows.of(epochs(), view.bucket());
    return stored == Stored.IN_ONE_EPOCH ? windows.inOneEpoch(through) : windows;
  }

  /** Events that were not in time are counted in where all of the log is read. */
  private Admission admission(ViewDefinition<E, ?, ?, ?, ?> view, Timeliness timeliness) {
    long after = slices.get(view.name()).after();
    long whole = after == Epochs.NONE ? wholeThrough : Epochs.NONE;
    return Admission.of(epochs(), timeliness, after, whole);
  }

  private void markProgress(ViewDefinition<E, ?, ?, ?, ?> view, PCollection<Void> writes) {
    if (markFrom.isPresent()) {
      writes.apply(
          view.name() + "/Progress",
          MarkProgress.of(
                  epochs(), slices.get(view.name()), context.storeSettings(), markFrom.getAsLong())
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
            epochs(),
            slices.get(view.name()),
            context.storeSettings(),
            context.refresh()));
  }

  private <K, V, A> PCollection<Void> storeCombined(
      PCollection<EpochEvent<E>> events, CombinedDefinition<E, K, V, A, ?> view, Shards shards) {
    String name = view.name();
    PCollection<KV<K, V>> contributions =
        events
            .apply(name + "/Epochs", Window.into(windows(view)))
            .apply(name + "/Events", ParDo.of(new EventsAfter<>(name, slices.get(name).after())))
            .setCoder(context.application().events().coder())
            .apply(name + "/Contributions", view.contributions())
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
            view, shards, epochs(), slices.get(name), context.storeSettings(), context.refresh()));
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
    OpenSlice slice = slices.get(name);
    return events
        .apply(
            name + "/Events",
            ParDo.of(
                new TimelyEvents<>(
                    name,
                    admission(view, view.timeliness().orElseThrow()),
                    context.readAfter(view, slice.after()))))
        .setCoder(context.application().events().coder())
        .apply(name + "/Rows", view.rows())
        .setCoder(view.rowCoder())
        .apply(
            name + "/Store",
            StoreWindows.of(
                view,
                epochs(),
                new EpochRange(slice.after(), Math.max(slice.after(), through)),
                slice,
                context.storeSettings()));
  }

  private Epochs epochs() {
    return context.log().epochs();
  }
}
