/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.Tolerance;
import io.anabranch.api.UserException;
import io.anabranch.api.definition.LoadedApplication;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.log.AppendableLog;
import io.anabranch.api.spi.log.ReadProgress;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.api.spi.store.ViewStores;
import io.anabranch.catalog.Catalog;
import io.anabranch.catalog.DeadLetters;
import io.anabranch.catalog.Garbage;
import io.anabranch.catalog.GarbageRules;
import io.anabranch.catalog.Runs;
import io.anabranch.catalog.ViewLifecycle;
import io.anabranch.catalog.ViewState;
import io.anabranch.catalog.document.VersionRole;
import io.anabranch.config.Providers;
import io.anabranch.contracts.log.Lines;
import io.anabranch.contracts.store.FaultInjectingStore;
import io.anabranch.contracts.store.FaultInjectingStore.Faults;
import io.anabranch.contracts.store.SharedStore;
import io.anabranch.runners.RunnerProfile;
import io.anabranch.wiring.Purchases.Purchase;
import io.anabranch.wiring.run.BatchReport;
import io.anabranch.wiring.run.BatchRun;
import io.anabranch.wiring.run.KappaRun;
import io.anabranch.wiring.run.Replay;
import io.anabranch.wiring.run.ReplayRun;
import io.anabranch.wiring.run.RunListener;
import io.anabranch.wiring.run.SpeedRun;
import io.anabranch.wiring.run.Verification;
import io.anabranch.wiring.upkeep.Compaction;
import io.anabranch.wiring.version.Lag;
import io.anabranch.wiring.version.Promotion;
import io.anabranch.wiring.version.PromotionGate;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A real log and one real store that serves by either architecture, with versions of two
 * definitions; and beside them a plain model: which purchases each version of each view has read.
 */
public final class LifeCycle implements Ingesting, AutoCloseable {
  private final AppendableLog log;
  private final Settings settings;
  private final Faults faults;
  private SharedStore shared;
  private final RunnerProfile runner;
  private final int views;
  private ViewStore store;
  private final List<World.Entry> entries = new ArrayList<>();
  private int parts;
  private final TreeSet<String> broken = new TreeSet<>();
  private final Map<String, Served> served = new TreeMap<>();
  private Architecture architecture = Architecture.LAMBDA;

  /** A version, and the definition that it is of. */
  private static final class Known {
    final int revision;
    final Layers layers;
    EpochRange history = new EpochRange(Epochs.NONE, Epochs.NONE);
    int parts; // of the log, that were read

    Known(int revision, Layers layers) {
      this.revision = revision;
      this.layers = layers;
    }

    int revision() {
      return revision;
    }

    Layers layers() {
      return layers;
    }
  }

  /** What there is of a view. */
  private static final class Served {
    Optional<Known> live = Optional.empty();
    Optional<Known> previous = Optional.empty();
    Optional<Known> candidate = Optional.empty();

    Optional<Known> of(int revision) {
      return live.filter(each -> each.revision() == revision)
          .or(() -> previous.filter(each -> each.revision() == revision))
          .or(() -> candidate.filter(each -> each.revision() == revision));
    }
  }

  public LifeCycle(Path folder, RunnerProfile runner, int views) {
    this(folder, runner, views, new Faults() {});
  }

  /** A world whose store meets faults. */
  public LifeCycle(Path folder, RunnerProfile runner, int views, Faults faults) {
    this(folder, runner, views, faults, Databases.FILES);
  }

  LifeCycle(Path folder, RunnerProfile runner, int views, Faults faults, Databases databases) {
    this.runner = runner;
    this.views = views;
    log =
        (AppendableLog)
            Providers.installed()
                .log("files")
                .orElseThrow()
                .open(
                    new Settings(Map.of("path", folder.resolve("log").toString(), "epoch", "1h")));
    this.faults = faults;
    settings = databases.settings(folder, "views");
    open();
    views(1).forEach(view -> served.put(view.name(), new Served()));
  }

  private void open() {
    store = new FaultInjectingStore(ViewStores.open(settings), faults);
    shared = SharedStore.of(store);
  }

  @Override
  public void ingest(Instant at, List<Purchase> purchases, List<String> brokenLines) {
    StringBuilder text = new StringBuilder();
    purchases.forEach(purchase -> text.append(purchase).append('\n'));
    brokenLines.forEach(line -> text.append(line).append('\n'));
    log.append(List.of(Lines.of(text.toString())), Optional.of(at));
    parts++;
    purchases.forEach(purchase -> entries.add(new World.Entry(log.epochs().at(at), purchase)));
    broken.addAll(brokenLines);
  }

  @Override
  public void closeThrough(Instant time) {
    log.closeThrough(time);
  }

  boolean hasClosedEpochs() {
    return log.end().lastClosedWithRecords().isPresent();
  }

  long firstEpoch() {
    return log.end().firstEpoch();
  }

  public ViewStore store() {
    return store;
  }

  /** Returns the revision that answers for the first view, 1 if none does. */
  int liveRevision() {
    return served.values().iterator().next().live.map(Known::revision).orElse(1);
  }

  /** Returns whether all of it can be computed, as every view's rows are of this definition. */
  private boolean isOf(int revision) {
    return served.values().stream()
        .allMatch(view -> view.live.isEmpty() || view.live.get().revision() == revision);
  }

  /** Runs batch; returns whether it was refused, as a definition is another. */
  boolean batch(int revision, boolean full) {
    RunContext<Purchase> context = changeArchitecture(Architecture.LAMBDA, revision);
    if (!full && !isOf(revision)) {
      assertThrows(UserException.class, () -> BatchRun.of(context).run(RunListener.NONE));
      return false;
    }
    BatchReport report = BatchRun.of(context).full(full).run(RunListener.NONE);
    for (Served view : served.values()) {
      Layers layers = new Layers();
      if (view.live.isPresent() && view.live.get().revision() == revision) {
        layers = view.live.get().layers();
      }
      layers.computedByBatch(report.through(), full);
      view.live = Optional.of(new Known(revision, layers));
    }
    return true;
  }

  boolean speed(int revision) {
    RunContext<Purchase> context = changeArchitecture(Architecture.LAMBDA, revision);
    if (!isOf(revision)) {
      assertThrows(
          UserException.class,
          () -> SpeedRun.of(context).untilCaughtUp(true).run(RunListener.NONE));
      return false;
    }
    SpeedRun.of(context).untilCaughtUp(true).run(RunListener.NONE);
    for (Served view : served.values()) {
      view.live = Optional.of(view.live.orElseGet(() -> new Known(revision, new Layers())));
      caughtUp(view.live.get());
    }
    return true;
  }

  /** Goes on with the versions of a definition; returns whether every view had one. */
  boolean kappa(int revision) {
    RunContext<Purchase> context = changeArchitecture(Architecture.KAPPA, revision);
    boolean possible =
        served.values().stream()
            .allMatch(view -> view.live.isEmpty() || view.of(revision).isPresent());
    if (!possible) {
      assertThrows(UserException.class, () -> run(context).run(RunListener.NONE));
      return false;
    }
    run(context).run(RunListener.NONE);
    for (Served view : served.values()) {
      if (view.live.isEmpty()) {
        view.live = Optional.of(new Known(revision, new Layers()));
        view.candidate = Optional.empty();
      }
      caughtUp(view.of(revision).orElseThrow());
    }
    return true;
  }

  /** Goes on with the previous versions, if every view has one of the definition. */
  boolean previous(int revision) {
    boolean possible =
        architecture == Architecture.KAPPA
            && served.values().stream()
                .allMatch(view -> view.previous.filter(v -> v.revision() == revision).isPresent());
    if (possible) {
      run(changeArchitecture(Architecture.KAPPA, revision))
          .role(VersionRole.PREVIOUS)
          .run(RunListener.NONE);
      served.values().forEach(view -> caughtUp(view.previous.orElseThrow()));
    }
    return possible;
  }

  /** Computes candidates of some of the views, from an epoch on if that is possible. */
  boolean replay(int revision, Collection<String> some, OptionalLong from) {
    RunContext<Purchase> context = changeArchitecture(Architecture.KAPPA, revision);
    if (from.isPresent() && !keepsOlderEpochs(revision, some)) {
      assertThrows(UserException.class, () -> Replay.of(context, some, from));
      return false;
    }
    Replay replay = Replay.of(context, some, from);
    ReplayRun.of(context, replay).untilCaughtUp(true).run(RunListener.NONE);
    for (Replay.PlannedView planned : replay.views()) {
      String view = planned.plan().view().name();
      Known candidate = new Known(revision, new Layers());
      candidate.history = planned.plan().backfill();
      if (candidate.history.after() != Epochs.NONE) { // its first slices are the live one's
        candidate.layers().wholeThrough = served.get(view).live.orElseThrow().layers().wholeThrough;
      }
      caughtUp(candidate);
      Served known = served.get(view);
      known.candidate = known.live.isPresent() ? Optional.of(candidate) : Optional.empty();
      known.live = known.live.or(() -> Optional.of(candidate)); // where nothing else answers
    }
    return true;
  }

  private boolean keepsOlderEpochs(int revision, Collection<String> some) {
    return some.stream()
        .allMatch(view -> served.get(view).live.filter(v -> v.revision() == revision).isPresent());
  }

  /** Begins a replay that dies within its history; returns what is left of it as garbage. */
  Garbage killedReplay(int revision) {
    RunContext<Purchase> context = changeArchitecture(Architecture.KAPPA, revision);
    long run = new Runs(store).begin("replay");
    context
        .lifecycle()
        .beginReplay(run, Replay.of(context, List.of(), OptionalLong.empty()).plans());
    served.values().forEach(view -> view.candidate = Optional.empty());
    return new ViewLifecycle(store)
        .collectGarbage(new GarbageRules(Duration.ZERO, Duration.ZERO, false));
  }

  /** Promotes the candidates that there are; returns whether that was possible. */
  boolean promote(int revision) {
    RunContext<Purchase> context = context(revision);
    List<Served> having =
        served.values().stream()
            .filter(view -> view.candidate.isPresent() && view.live.isPresent())
            .toList();
    boolean behind =
        having.stream()
            .anyMatch(
                view ->
                    view.candidate.get().layers().complete()
                            < view.live.orElseThrow().layers().complete()
                        || view.candidate.get().parts < view.live.get().parts);
    // A history cannot be divided, so it is not compared with what is complete through a part of
    // it; nor is anything as long as all epochs are open.
    boolean notCompared =
        having.stream()
            .filter(view -> view.live.get().revision() == view.candidate.get().revision())
            .anyMatch(
                view -> {
                  long complete = view.live.get().layers().complete();
                  EpochRange history = view.candidate.get().history;
                  return Math.min(complete, view.candidate.get().layers().complete()) == Epochs.NONE
                      || (complete > history.after() && complete < history.through());
                });
    if (having.isEmpty() || behind || notCompared || architecture != Architecture.KAPPA) {
      assertThrows(UserException.class, () -> promote(context, false));
      return false;
    }
    // What a full batch run counted in too late is in no version that follows the log.
    promote(
        context,
        having.stream()
            .anyMatch(
                view ->
                    view.live.get().layers().wholeThrough
                        != view.candidate.get().layers().wholeThrough));
    for (Served view : having) {
      view.previous = view.live;
      view.live = view.candidate;
      view.candidate = Optional.empty();
    }
    return true;
  }

  private static void promote(RunContext<Purchase> context, boolean force) {
    Promotion.promote(
        context, List.of(), view -> Tolerance.NONE, force, PromotionGate.of(Duration.ZERO));
  }

  /** Does a step of Kappa in a process that knows nothing of the model. */
  void runOnly(KilledRun.Step step, int revision) {
    RunContext<Purchase> context = context(revision);
    if (step == KilledRun.Step.REPLAY) {
      ReplayRun.of(context, Replay.of(context, List.of(), OptionalLong.empty()))
          .untilCaughtUp(true)
          .run(RunListener.NONE);
    } else {
      promote(context, false);
    }
  }

  /** Learns whether another process, that was killed, has promoted the candidates. */
  boolean learnFromStore() {
    List<Boolean> promoted =
        served.entrySet().stream()
            .map(
                view -> {
                  int revision =
                      Integer.parseInt(
                          catalog()
                              .live(view.getKey())
                              .orElseThrow()
                              .fingerprint()
                              .parts()
                              .get("revision"));
                  return revision != view.getValue().live.orElseThrow().revision();
                })
            .distinct()
            .toList();
    assertThat("views are promoted together", promoted.size(), is(1));
    if (promoted.get(0)) {
      served
          .values()
          .forEach(
              view -> {
                Optional<Known> live = view.live;
                view.live = view.candidate;
                view.previous = live;
                view.candidate = Optional.empty();
              });
    }
    return promoted.get(0);
  }

  /** Learns that a replay which goes on has promoted its candidates of some views. */
  void learnOfReplay(int revision, Collection<String> some) {
    for (String view : some) {
      Known candidate = new Known(revision, new Layers());
      caughtUp(candidate);
      Served known = served.get(view);
      known.previous = known.live;
      known.live = Optional.of(candidate);
      known.candidate = Optional.empty();
    }
  }

  Catalog catalog() {
    return new Catalog(store.catalog());
  }

  void collectGarbageOfDead() {
    new ViewLifecycle(store).collectGarbage(new GarbageRules(Duration.ZERO, Duration.ZERO, false));
  }

  boolean rollback(int revision) {
    RunContext<Purchase> context = context(revision);
    if (served.values().stream().allMatch(view -> view.previous.isEmpty())) {
      assertThrows(UserException.class, () -> Promotion.rollback(context, List.of()));
      return false;
    }
    Promotion.rollback(context, List.of());
    for (Served view : served.values()) {
      if (view.previous.isPresent()) {
        Optional<Known> live = view.live;
        view.live = view.previous;
        view.previous = live;
      }
    }
    return true;
  }

  /** Lets the previous version of one view answer, which a run that goes on has let read all. */
  void rollBackOne(String name, int revision) {
    Promotion.rollback(context(revision), List.of(name));
    Served view = served.get(name);
    Optional<Known> live = view.live;
    view.live = view.previous;
    view.previous = live;
    caughtUp(view.live.orElseThrow());
  }

  /** Returns how far the run that fills a version is. */
  ReadProgress reading(long version) {
    return catalog().version(version).orElseThrow().readings().stream()
        .max(Comparator.comparing(ReadProgress::since))
        .orElseThrow();
  }

  /** Returns whether a run has read all that is in the log for a version. */
  boolean hasReadAll(long version) {
    return Lag.of(log, catalog().version(version).orElseThrow().readings()).left() == 0;
  }

  /** Returns the last epoch that is complete in the live version for the first view. */
  long completeThrough() {
    return catalog().live(viewNames().get(0)).orElseThrow().completeThrough();
  }

  boolean retire(int revision) {
    RunContext<Purchase> context = context(revision);
    if (served.values().stream().allMatch(view -> view.previous.isEmpty())) {
      assertThrows(UserException.class, () -> Promotion.retire(context, List.of(), List.of()));
      return false;
    }
    Promotion.retire(context, List.of(), List.of());
    served.values().forEach(view -> view.previous = Optional.empty());
    return true;
  }

  int compact(int revision) {
    return architecture == Architecture.LAMBDA && isOf(revision)
        ? Compaction.run(context(revision), Compaction.Choice.ALL).size()
        : 0;
  }

  void collectGarbage() {
    new ViewLifecycle(store)
        .collectGarbage(new GarbageRules(Duration.ZERO, Duration.ofDays(1), false));
  }

  int verify(int revision) {
    int verified = 0;
    for (ViewDefinition<Purchase, ?, ?, ?, ?> view : views(revision)) {
      Optional<Known> live = served.get(view.name()).live;
      if (live.isPresent()
          && live.get().revision() == revision
          && live.get().layers().isComplete(log.end().firstEpoch())) {
        Verification.Report report = Verification.of(context(revision), view, run -> {});
        assertThat(view.name() + report, report.differences().different(), is(0L));
        verified++;
      }
    }
    return verified;
  }

  void restart() {
    closeStore();
    open();
  }

  /** Compares every row of the live version with a plain fold, by the definition that answers. */
  void check(String scenario) {
    for (Map.Entry<String, Served> view : served.entrySet()) {
      Optional<Known> live = view.getValue().live;
      Optional<ViewState> pointer = catalog().live(view.getKey());
      assertThat(
          scenario + ", whether " + view.getKey() + " answers",
          pointer.isPresent(),
          is(live.isPresent()));
      if (live.isPresent()) {
        assertThat(scenario, pointer.get().architecture(), is(architecture));
        int revision = live.get().revision();
        World.check(
            scenario + " [" + view.getKey() + " of definition " + revision + "]",
            store,
            log.epochs(),
            definition(view.getKey(), revision),
            live.get().layers(),
            entries.stream()
                .map(each -> new World.Entry(each.epoch(), each.purchase().times(revision)))
                .toList());
        SqlAnswers.check(scenario, settings, store, definition(view.getKey(), revision));
      }
    }
    boolean allRead =
        served.values().stream()
            .anyMatch(
                view ->
                    view.live
                        .filter(live -> live.layers().speedRead == entries.size())
                        .filter(live -> live.layers().speedBroken == broken.size())
                        .isPresent());
    if (allRead) {
      assertThat(
          scenario + ", dead letters", new DeadLetters(store).faults(), is((long) broken.size()));
    }
  }

  private void caughtUp(Known version) {
    version.layers().speedRead = entries.size();
    version.layers().speedBroken = broken.size();
    version.layers().speedComplete = log.end().closedThrough();
    version.parts = parts;
  }

  private RunContext<Purchase> changeArchitecture(Architecture to, int revision) {
    RunContext<Purchase> context = context(revision);
    context.changeArchitecture(to);
    if (to != architecture) {
      for (Served view : served.values()) {
        view.previous = Optional.empty();
        view.candidate = Optional.empty();
        if (to == Architecture.LAMBDA) {
          view.live.ifPresent(live -> live.layers().batchThrough = live.layers().complete());
        }
      }
      architecture = to;
    }
    return context;
  }

  private KappaRun<Purchase> run(RunContext<Purchase> context) {
    return KappaRun.of(context).untilCaughtUp(true);
  }

  private List<ViewDefinition<Purchase, ?, ?, ?, ?>> views(int revision) {
    return LoadedApplication.of(new Purchases(views, revision)).views();
  }

  /** Returns the names of the views. */
  List<String> viewNames() {
    return List.copyOf(served.keySet());
  }

  @SuppressWarnings("unchecked") // the views of Purchases have keys of text and values of numbers
  private ViewDefinition<Purchase, String, ?, ?, Long> definition(String view, int revision) {
    return (ViewDefinition<Purchase, String, ?, ?, Long>)
        LoadedApplication.of(new Purchases(views, revision)).view(view);
  }

  public RunContext<Purchase> context(int revision) {
    return new RunContext<>(
        LoadedApplication.of(new Purchases(views, revision)),
        log,
        store,
        shared.settings(),
        Duration.ofMillis(50),
        () -> runner.pipelineOptions(List.of()));
  }

  @Override
  public void close() {
    closeStore();
    log.close();
  }

  private void closeStore() {
    shared.close();
    store.close();
  }
}
