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
import io.anabranch.transforms.internal.events.EventsAfter;
import io.anabranch.transforms.internal.events.TimelyEvents;
import io.anabranch.transforms.internal.fused.FusedView;
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
import java.util.function.Function;
import org.apache.beam.sdk.transforms.Filter;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
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
 * stored once their window is complete. Records that cannot be decoded, and events that are not in
 * time, are stored as dead letters.
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
    /** Only events that are not in time, as the others are stored elsewhere. */
    LATE,
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
        context, slices, through, wholeThrough, stored, markFrom, Letters.LATE, lettersOf);
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
    IsBounded bounded = records.isBounded();
    Shards shards = shards(shape, bounded);
    Map<String, FusedView<E, ?, ?>> fused = new TreeMap<>();
    if (shape.getFuseContributions()) {
      stored()
          .forEach(
              view -> fuse(view, shards, bounded).ifPresent(each -> fused.put(view.name(), each)));
    }
    boolean others = stored().stream().anyMatch(view -> !fused.containsKey(view.name()));
    Decoded<E> decoded =
        records.apply(
            "Decode",
            Decode.records(format, epochs())
                .admitting(admissions)
                .into(List.copyOf(fused.values()), others));
    if (letters != Letters.NONE) {
      PCollection<DeadLetter> deadLetters = decoded.deadLetters();
      if (letters == Letters.LATE) {
        deadLetters = deadLetters.apply("Late", Filter.by(letter -> letter.view().isPresent()));
      }
      deadLetters.apply("DeadLetters", WriteDeadLetters.to(context.storeSettings(), lettersOf));
    }
    for (ViewDefinition<E, ?, ?, ?, ?> view : stored()) {
      markProgress(
          view,
          view.match(
              combined ->
                  fused.containsKey(view.name())
                      ? storeBlocks(decoded.blocks(view.name()), combined, shards)
                      : storeCombined(decoded.events(), combined, shards),
              windowed -> storeWindowed(decoded.events(), windowed)));
    }
    return PDone.in(records.getPipeline());
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

  private Optional<FusedView<E, ?, ?>> fuse(
      ViewDefinition<E, ?, ?, ?, ?> view, Shards shards, IsBounded bounded) {
    return view.match(
        combined -> fuseCombined(combined, shards, bounded), windowed -> Optional.empty());
  }

  private <K, V, A> Optional<FusedView<E, ?, ?>> fuseCombined(
      CombinedDefinition<E, K, V, A, ?> view, Shards shards, IsBounded bounded) {
    return FusedView.of(
            view,
            context.application().events(),
            windows(view),
            shards,
            slices.get(view.name()).after(),
            bounded)
        .map(Function.identity());
  }

  private EpochWindows<E> windows(CombinedDefinition<E, ?, ?, ?, ?> view) {
    EpochWindows<E> windows = EpochWindows.of(epochs(), view.bucket());
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
