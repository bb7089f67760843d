/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.run;

import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.Tolerance;
import io.anabranch.api.UserException;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.spi.log.EpochContent;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.catalog.VersionState;
import io.anabranch.catalog.document.CatalogException;
import io.anabranch.catalog.document.CatalogException.Code;
import io.anabranch.catalog.document.Version;
import io.anabranch.catalog.document.VersionRole;
import io.anabranch.catalog.document.ViewCatalog;
import io.anabranch.catalog.transition.Compatibility;
import io.anabranch.catalog.transition.ReplayPlan;
import io.anabranch.transforms.internal.events.Throttle;
import io.anabranch.wiring.RunContext;
import io.anabranch.wiring.Stop;
import io.anabranch.wiring.pipeline.Pipelines;
import io.anabranch.wiring.pipeline.RecordCounts;
import io.anabranch.wiring.pipeline.Views;
import io.anabranch.wiring.upkeep.Background;
import io.anabranch.wiring.upkeep.Heartbeat;
import io.anabranch.wiring.version.LogHistory;
import io.anabranch.wiring.version.VersionComparison;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.values.PCollection;

/**
 * Runs versions of Kappa: goes on with those there are, and begins new ones.
 *
 * <p>A new version reads what is closed as bounded input, into a slice that nobody sees until it is
 * whole, and follows the log from there: the seam is the end of an epoch, so nothing is read twice
 * there or left out. Where no version is live, it becomes live once its backfill is complete;
 * otherwise it is the view's candidate. A run that dies during the backfill leaves nothing that
 * anybody sees.
 *
 * @param <E> the author's event
 */
public final class KappaRun<E> {
  private final RunContext<E> context;
  private final Stop stop;
  private final Listener listener;
  private boolean untilCaughtUp;
  private Optional<Throttle> throttle = Optional.empty();
  private Optional<AutoPromotion> promotion = Optional.empty();
  private boolean retired;

  /** Whether the store has seen all slices of the run being read. */
  private boolean allBegun;

  private boolean takenOver;

  private KappaRun(RunContext<E> context, Stop stop, Listener listener) {
    this.context = context;
    this.stop = stop;
    this.listener = listener;
  }

  /** Hears what happens, from several threads; does nothing about it unless it says so. */
  public interface Listener {
    /** A run has its number. */
    default void started(String layer, long run) {}

    /** Versions that there were before are read for, from where they end. */
    default void goesOn(long run, List<OpenSlice> versions) {}

    /** The backfills of new versions are complete. */
    default void backfillDone(long run, RecordCounts read, List<OpenSlice> versions) {}

    /** Candidates answer from now on. */
    default void promoted(List<VersionComparison> comparisons) {}

    /** Candidates were not promoted, and will not be; they go on following the log. */
    default void notPromoted(UserException reason) {}

    /** Candidates cannot be promoted yet; it is tried again, and told once for each reason. */
    default void promotionWaits(UserException reason) {}

    /** All versions of the run were retired, so it ends. */
    default void retired(long run) {}
  }

  /** Runs until it is asked to stop: then it stores what it has read, and ends. */
  public static <E> KappaRun<E> of(RunContext<E> context, Stop stop, Listener listener) {
    return new KappaRun<>(context, stop, listener);
  }

  /** Ends once all that is in the log now is stored; default no. */
  public KappaRun<E> untilCaughtUp(boolean end) {
    untilCaughtUp = end;
    return this;
  }

  /**
   * Reads no more records a second than this; default as many as it can.
   *
   * @throws IllegalArgumentException if it is not above 0
   */
  public KappaRun<E> rate(double recordsPerSecond) {
    throttle = Optional.of(Throttle.toRate(recordsPerSecond));
    return this;
  }

  /** Promotes what a replay computes once it has caught up; default no. */
  public KappaRun<E> autoPromote(Function<String, Tolerance> tolerances) {
    promotion = Optional.of(new AutoPromotion(context, listener, tolerances));
    return this;
  }

  /**
   * Goes on with a version of each view, and begins those of views that have none.
   *
   * @param role which versions; empty for the live ones, and where those are of another definition
   *     for the previous ones or the candidates
   * @return what was done, empty if all versions were retired meanwhile
   * @throws UserException if a view has no version of this definition in the role
   */
  public Optional<RunReport> run(Optional<VersionRole> role) {
    promotion = Optional.empty();
    LogEnd end = context.log().end(); // once, as an epoch may close meanwhile
    List<ReplayPlan> first = new ArrayList<>();
    Map<String, Long> versions = new LinkedHashMap<>();
    for (ViewDefinition<E, ?, ?, ?, ?> view : context.application().views()) {
      ViewCatalog stored = context.catalog().load(view.name());
      Compatibility.requireSource(stored, context.ref(view), Architecture.KAPPA);
      if (stored.isLive()) {
        Version version = version(stored, view, role);
        LogHistory.requireSame(context, version);
        versions.put(view.name(), version.id());
      } else {
        first.add(Replay.first(context, view, end));
      }
    }
    return run("kappa", first, versions);
  }

  /**
   * Computes new versions beside the live ones.
   *
   * @return what was done, empty if all versions were retired meanwhile
   * @throws UserException if another run takes their place
   */
  public Optional<RunReport> replay(Replay replay) {
    return run("replay", replay.plans(), Map.of());
  }

  private static Version version(
      ViewCatalog stored, ViewDefinition<?, ?, ?, ?, ?> view, Optional<VersionRole> role) {
    if (role.isPresent()) {
      Version version =
          inRole(stored, role.get())
              .orElseThrow(
                  () ->
                      new CatalogException(
                          Code.NO_ROLE,
                          "view \"" + view.name() + "\" has no " + role.get().word() + " version"));
      if (!canGoOn(role.get(), version)) {
        throw new CatalogException(
            Code.BACKFILL_RUNNING,
            "view \""
                + view.name()
                + "\": the backfill of version "
                + version.id()
                + " is not complete");
      }
      return version;
    }
    for (VersionRole each :
        List.of(VersionRole.LIVE, VersionRole.PREVIOUS, VersionRole.CANDIDATE)) {
      Optional<Version> version =
          inRole(stored, each)
              .filter(found -> canGoOn(each, found))
              .filter(found -> Compatibility.isSameDefinition(found, view.fingerprint()));
      if (version.isPresent()) {
        return version.get();
      }
    }
    Compatibility.requireDefinition(stored, view.fingerprint());
    throw new IllegalStateException("a live version of the same definition may go on");
  }

  /** A candidate has no place in the log to go on from before its backfill is complete. */
  private static boolean canGoOn(VersionRole role, Version version) {
    return role != VersionRole.CANDIDATE || version.following().isPresent();
  }

  private static Optional<Version> inRole(ViewCatalog stored, VersionRole role) {
    return stored.versions().stream()
        .filter(version -> stored.role(version.id()) == role)
        .findFirst();
  }

  private Optional<RunReport> run(
      String layer, List<ReplayPlan> plans, Map<String, Long> versions) {
    for (ReplayPlan plan : plans) { // before anything is begun
      long after =
          context.readAfter(
              context.application().view(plan.view().name()), plan.backfill().after());
      LogHistory.requireWhole(context, new EpochRange(after, Long.MAX_VALUE));
    }
    Optional<LogEnd> until =
        untilCaughtUp ? Optional.of(StreamRun.endOf(context)) : Optional.empty();
    try (Heartbeat heartbeat = Heartbeat.begin(context, layer)) {
      long run = heartbeat.run();
      listener.started(layer, run);
      Map<String, OpenSlice> slices = new LinkedHashMap<>();
      begin(layer, run, plans).forEach(slice -> slices.put(slice.view(), slice));
      List<OpenSlice> opened = new ArrayList<>();
      versions.forEach(
          (view, version) ->
              opened.add(
                  context
                      .lifecycle()
                      .takeOver(run, context.ref(context.application().view(view)), version)));
      opened.forEach(slice -> slices.put(slice.view(), slice));
      listener.goesOn(run, opened);
      LogHistory.requireWhole(
          context, new EpochRange(context.readAfter(slices.values()), Long.MAX_VALUE));
      heartbeat.follows(slices.values());
      return follow(layer, run, slices, until);
    }
  }

  /** Computes backfills, and returns the slices that go on from there. */
  private List<OpenSlice> begin(String layer, long run, List<ReplayPlan> plans) {
    if (plans.isEmpty()) {
      return List.of();
    }
    List<OpenSlice> backfills = context.lifecycle().beginReplay(run, plans);
    boolean completed = false;
    try {
      RecordCounts read = readBackfill(layer, plans, backfills);
      List<OpenSlice> following = context.lifecycle().completeBackfill(backfills);
      completed = true;
      listener.backfillDone(run, read, following);
      return following;
    } catch (UserException e) {
      throw stop.isRequested()
          ? new UserException(
              layer + " run " + run + " was stopped during the backfill; it leaves nothing", e)
          : e;
    } finally {
      if (!completed) {
        giveUp(backfills);
      }
    }
  }

  /** Removes what was begun, slices that it shares with the live version included. */
  private void giveUp(List<OpenSlice> backfills) {
    context.lifecycle().discard(backfills);
    for (OpenSlice backfill : backfills) {
      if (context.catalog().version(backfill.version()).filter(v -> !v.isRetired()).isPresent()) {
        context.lifecycle().retire(List.of(backfill.version()));
      }
    }
  }

  /** Returns what was read. */
  private RecordCounts readBackfill(
      String layer, List<ReplayPlan> plans, List<OpenSlice> backfills) {
    Map<String, OpenSlice> slices = new LinkedHashMap<>();
    TreeSet<Long> ends = new TreeSet<>();
    for (int i = 0; i < plans.size(); i++) {
      EpochRange backfill = plans.get(i).backfill();
      if (backfill.through() > backfill.after()) {
        slices.put(backfills.get(i).view(), backfills.get(i));
        ends.add(backfill.through());
      }
    }
    if (slices.isEmpty()) {
      return RecordCounts.NONE;
    }
    if (ends.size() > 1) { // all rows get the epoch of the end, and a slice shows those within it
      throw new IllegalArgumentException("backfills that are read together end with " + ends);
    }
    long through = ends.first();
    long readAfter = context.readAfter(slices.values());
    EpochRange reads = new EpochRange(readAfter, through);
    LogHistory.requireWhole(context, reads);
    List<EpochContent> contents = context.log().contents(reads);
    Pipeline pipeline = context.pipeline();
    PCollection<RecordBatch> records = pipeline.apply("Log", context.log().readClosed(reads));
    Following.throttled(context, records, "", slices.values(), readAfter, throttle)
        .apply("Views", Views.into(slices, context, through).inOneEpoch());
    RecordCounts[] read = new RecordCounts[1];
    stop.unlessRequested(() -> read[0] = Pipelines.runToEnd(pipeline, layer));
    LogHistory.requireUnchanged(context, contents);
    context.lifecycle().remember(slices.values(), contents);
    return read[0];
  }

  /** Goes on with the versions that are left if others are retired meanwhile. */
  private Optional<RunReport> follow(
      String layer, long run, Map<String, OpenSlice> all, Optional<LogEnd> until) {
    Map<String, OpenSlice> slices = new LinkedHashMap<>(all);
    while (true) {
      Following<E> following = new Following<>(context, layer, run, slices, until, throttle);
      try {
        Optional<RunReport> done = follow(following, slices);
        if (done.isPresent()) {
          return done;
        }
      } catch (UserException e) { // of a write to a version that was retired, perhaps
        if (!slices.values().removeIf(this::isRetired)) {
          throw e;
        }
      }
      slices.values().removeIf(this::isRetired);
      if (slices.isEmpty()) {
        listener.retired(run);
        return Optional.empty();
      }
      if (isTakenOver(slices.values())) {
        throw takenOver();
      }
      slices.replaceAll(
          (view, slice) ->
              context
                  .lifecycle()
                  .takeOver(run, context.ref(context.application().view(view)), slice.version()));
    }
  }

  private Optional<RunReport> follow(Following<E> following, Map<String, OpenSlice> slices) {
    try (Background background = new Background()) {
      Future<RunReport> report = background.start(() -> following.run(stop));
      try {
        return end(report, slices);
      } finally {
        if (!report.isDone()) { // else it was not stopped
          stop.request();
        }
      }
    }
  }

  /** Waits for the end, and does what there is to do meanwhile. */
  private Optional<RunReport> end(Future<RunReport> report, Map<String, OpenSlice> slices) {
    allBegun = false;
    while (!Background.isDone(report)) {
      if (!stop.isRequested()) {
        look(slices.values());
      }
    }
    if (takenOver) {
      throw takenOver();
    }
    RunReport result = Background.result(report);
    if (!stop.isRequested()) {
      promotion.ifPresent(each -> each.atTheEnd(slices.values()));
    }
    return retired ? Optional.empty() : Optional.of(result);
  }

  /** What there is to do while the run goes on; if the store does not answer, the next time. */
  private void look(Collection<OpenSlice> slices) {
    try {
      if (slices.stream().allMatch(this::isRetired)) {
        retired = true;
        stop.request();
      } else if (isTakenOver(slices)) {
        takenOver = true;
        stop.request();
      } else {
        promotion.ifPresent(each -> each.look(slices));
      }
    } catch (UserException e) {
      // somebody locks the store; what the run itself writes tells if it lasts
    }
  }

  /** Whether the store gave a slice to another run; it tells of those that are read by this one. */
  private boolean isTakenOver(Collection<OpenSlice> slices) {
    long run = slices.iterator().next().run();
    int read = context.runs().readings(run).size();
    allBegun |= read >= slices.size();
    return allBegun && read < slices.stream().filter(slice -> !isRetired(slice)).count();
  }

  private static UserException takenOver() {
    return new UserException(
        "another run took over the versions of this one, or the architecture was changed. This"
            + " run stops. Run each version once at a time");
  }

  private boolean isRetired(OpenSlice slice) {
    return isRetired(context, slice);
  }

  /** Whether a slice's version was given up. */
  static boolean isRetired(RunContext<?> context, OpenSlice slice) {
    return context.catalog().version(slice.version()).map(VersionState::isRetired).orElse(true);
  }
}
