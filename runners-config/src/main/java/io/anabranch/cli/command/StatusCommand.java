/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.command;

import static java.util.Comparator.comparingLong;

import io.anabranch.api.Epochs;
import io.anabranch.api.spi.log.EpochChange;
import io.anabranch.api.spi.log.EventLog;
import io.anabranch.api.spi.log.LogDistance;
import io.anabranch.api.spi.log.LogDistance.Unit;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.log.LogPosition;
import io.anabranch.api.spi.log.ReadProgress;
import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.api.spi.row.Reconciliation;
import io.anabranch.api.spi.row.RowDifferences;
import io.anabranch.api.spi.store.RunProgress;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.catalog.DeadLetters;
import io.anabranch.catalog.ViewState;
import io.anabranch.catalog.ViewStatus;
import io.anabranch.catalog.document.Slice;
import io.anabranch.catalog.document.Version;
import io.anabranch.catalog.document.VersionKind;
import io.anabranch.catalog.document.VersionRole;
import io.anabranch.catalog.document.ViewCatalog;
import io.anabranch.cli.print.Catching;
import io.anabranch.cli.print.Format;
import io.anabranch.cli.print.Id;
import io.anabranch.cli.print.JsonPrinter;
import io.anabranch.cli.print.LogChanges;
import io.anabranch.cli.print.Plural;
import io.anabranch.cli.print.RowPrinter;
import io.anabranch.cli.print.RunPrinter;
import io.anabranch.cli.session.Connections;
import io.anabranch.config.Configuration;
import io.anabranch.wiring.version.Lag;
import io.anabranch.wiring.version.LogHistory;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints the catalog. */
@Command(
    name = "status",
    description =
        "Print for each view its versions and slices, its lag, its dead letters, and how batch rows differed from the speed rows they replaced.")
final class StatusCommand implements Callable<Integer> {
  /** How to print; a catalog is a tree, so there are no comma-separated values. */
  enum StatusFormat {
    TABLE,
    JSON
  }

  private static final List<String> COLUMNS =
      List.of("view", "version", "kind", "role", "slice", "after", "through", "complete", "rows");

  @Spec private CommandSpec spec;
  @Mixin private ConfigurationOptions options;

  @Option(
      names = "--format",
      paramLabel = "table|json",
      defaultValue = "table",
      description = "How to print; json is one object a line. Default ${DEFAULT-VALUE}.")
  private StatusFormat format;

  @Override
  public Integer call() {
    Configuration configuration = options.load();
    try (ViewStore store = Connections.existingStore(configuration);
        EventLog log = Connections.log(configuration)) {
      List<ViewStatus> views = ViewStatus.all(store);
      views.forEach(view -> Connections.requireLogOf(view.state().catalog(), log));
      if (format == StatusFormat.JSON) {
        for (ViewStatus view : views) {
          spec.commandLine().getOut().println(JsonPrinter.json(object(view, log, store)));
        }
      } else {
        table(views, log, store);
      }
    }
    return 0;
  }

  private void table(List<ViewStatus> views, EventLog log, ViewStore store) {
    PrintWriter out = spec.commandLine().getOut();
    LogEnd end = log.end();
    try (RowPrinter printer = Format.TABLE.printer(out, COLUMNS)) {
      for (ViewStatus view : views) {
        ViewCatalog catalog = view.state().catalog();
        for (Version version : catalog.versions()) {
          for (Slice slice : oldestFirst(version)) {
            OptionalLong complete = view.state().completeThrough(slice);
            printer.print(
                Arrays.asList(
                    catalog.view(),
                    new Id(version.id()),
                    version.kind().word(),
                    catalog.role(version.id()).word(),
                    new Id(slice.rows()),
                    time(log.epochs(), slice.after(), "the beginning"),
                    time(log.epochs(), slice.through(), "the end"),
                    complete.isPresent() ? complete(log.epochs(), complete.getAsLong()) : "",
                    view.rows(slice)));
          }
        }
      }
    }
    out.println();
    out.printf("log closed through %s%n", time(log.epochs(), end.closedThrough(), "nothing"));
    LogHistory.beginsLater(log)
        .ifPresent(
            first ->
                out.printf(
                    "log begins at %s: earlier epochs were removed%n", log.epochs().start(first)));
    LogHistory.faults(log).forEach(fault -> out.printf("LOG DAMAGED: %s%n", fault.text()));
    for (ViewStatus view : views) {
      String clause = LogChanges.clause(LogHistory.changes(log, store, view.state().catalog()));
      if (!clause.isEmpty()) {
        out.printf("%s%s%n", view.state().view(), clause.replaceFirst("; ", ": "));
      }
    }
    for (ViewStatus view : views) {
      out.printf(
          "%s is %s behind%n",
          view.state().view(), Plural.of(behind(view.state(), end), "closed epoch"));
    }
    for (ViewStatus view : views) {
      for (Version version : view.state().catalog().versions()) {
        VersionRole role = view.state().catalog().role(version.id());
        if (version.kind() == VersionKind.KAPPA && role != VersionRole.NONE) {
          out.printf(
              "%s: %s version %d %s%n",
              view.state().view(), role.word(), version.id(), progress(view, version, log, store));
        }
      }
    }
    for (ViewStatus view : views) {
      view.reconciliation()
          .ifPresent(
              last ->
                  out.printf(
                      "last superseded through %s, %s%n",
                      time(log.epochs(), last.epochs().through(), "the end"),
                      RunPrinter.sentence(last)));
    }
    for (ViewStatus view : views) {
      if (view.late() > 0) {
        out.printf(
            "%s: %s late or early, not counted%n",
            view.state().view(), Plural.of(view.late(), "event"));
      }
    }
    waits(views, store)
        .values()
        .forEach(
            run ->
                out.printf(
                    "%s run %d waited %,d s for the store: %s tried again, the circuit breaker opened %s%n",
                    run.layer(),
                    run.run(),
                    run.waits().waited().toSeconds(),
                    Plural.of(run.waits().retries(), "call"),
                    Plural.of(run.waits().breakerOpened(), "time")));
    out.println(Plural.of(new DeadLetters(store).faults(), "dead letter"));
  }

  /** Returns the runs that may write, by their numbers, of those that waited for the store. */
  private static Map<Long, RunProgress> waits(List<ViewStatus> views, ViewStore store) {
    Set<Long> runs = new TreeSet<>();
    views.forEach(
        view -> view.state().catalog().fences().values().forEach(fence -> runs.add(fence.run())));
    Map<Long, RunProgress> waiting = new TreeMap<>();
    if (!runs.isEmpty()) {
      store.progress().read(runs).stream()
          .filter(run -> run.waits().retries() > 0)
          .forEach(run -> waiting.put(run.run(), run));
    }
    return waiting;
  }

  private static List<Slice> oldestFirst(Version version) {
    return version.slices().stream()
        .sorted(comparingLong(Slice::after).thenComparing(Slice::rows))
        .toList();
  }

  /** How far a version of Kappa is, and how far from the live version. */
  private static String progress(ViewStatus view, Version version, EventLog log, ViewStore store) {
    long through = view.state().completeThrough(version);
    long epochs = behindLive(view.state(), version);
    Optional<LogDistance> unread = unreadOfLive(view.state(), version, log);
    return "is complete through %s%s%s, %s"
        .formatted(
            time(log.epochs(), through, "nothing"),
            epochs > 0
                ? ", " + Plural.of(epochs, "epoch") + " behind the live version"
                : unread.map(lag -> ", " + lag.text() + " behind the live version").orElse(""),
            lag(view.state(), version, log).map(lag -> ", " + Catching.text(lag)).orElse(""),
            Plural.of(deadLetters(store, version), "dead letter"));
  }

  private static long deadLetters(ViewStore store, Version version) {
    return new DeadLetters(store).count(DeadLetter.Kind.FAULTS, List.of(version.id()));
  }

  private static boolean isLive(ViewState view, Version version) {
    return view.catalog().role(version.id()) == VersionRole.LIVE;
  }

  private static long behindLive(ViewState view, Version version) {
    long live = view.base().isPresent() ? view.completeThrough() : Epochs.NONE;
    long own = view.completeThrough(version);
    return isLive(view, version) || live == Epochs.NONE || own == Epochs.NONE
        ? 0
        : Math.max(0, live - own);
  }

  /**
   * What the live version has read, empty if there is none but this one, or nothing is reported.
   */
  private static Optional<LogPosition> goal(ViewState view, Version version) {
    return view.catalog().live().stream()
        .filter(live -> live.id() != version.id())
        .flatMap(live -> view.following(live).stream())
        .map(ReadProgress::reached)
        .findFirst();
  }

  /** How much less of the log a version has read than the live one, empty if that is not known. */
  private static Optional<LogDistance> unreadOfLive(ViewState view, Version version, EventLog log) {
    return goal(view, version)
        .flatMap(goal -> view.following(version).flatMap(own -> Lag.unread(log, own, goal)));
  }

  private static Optional<Lag> lag(ViewState view, Version version, EventLog log) {
    List<ReadProgress> progress = view.readings(version);
    return progress.isEmpty() ? Optional.empty() : Optional.of(Lag.of(log, progress));
  }

  private static void putLag(
      Map<String, Object> object, ViewState view, Version version, EventLog log) {
    object.put("epochsBehindLive", behindLive(view, version));
    Optional<LogDistance> unread = unreadOfLive(view, version, log);
    if (goal(view, version).isPresent() && view.following(version).isPresent()) {
      object.put("readAllOfLive", unread.isEmpty());
    }
    unread.ifPresent(
        distance -> object.put("behindLive", amount(distance.amount(), distance.unit())));
    putEpoch(object, "completeThrough", log.epochs(), view.completeThrough(version));
    lag(view, version, log)
        .ifPresent(
            lag -> {
              putEpoch(object, "readThrough", log.epochs(), lag.through());
              object.put("read", amount(lag.read(), lag.unit()));
              object.put("left", amount(lag.left(), lag.unit()));
              object.put("lastRead", lag.at().toString());
              if (Catching.isReading(lag) && lag.perSecond() > 0) {
                object.put("perSecond", amount(lag.perSecond(), lag.unit()));
              }
              if (lag.left() == 0 || Catching.isReading(lag)) {
                lag.timeLeft().ifPresent(left -> object.put("secondsLeft", left.toSeconds()));
              }
            });
  }

  /** Such as {@code {"bytes": 17}}: a log counts in its own unit. */
  private static Map<String, Object> amount(Number amount, Unit unit) {
    return Map.of(unit.noun() + "s", amount);
  }

  private static String complete(Epochs epochs, long through) {
    return time(epochs, through, through == Epochs.NONE ? "nothing" : "the end");
  }

  private static String time(Epochs epochs, long epoch, String unbounded) {
    return epoch == Epochs.NONE || epoch == Long.MAX_VALUE
        ? unbounded
        : epochs.end(epoch).toString();
  }

  /** How many closed epochs that may hold records are in no live version as a whole. */
  private static long behind(ViewState view, LogEnd end) {
    OptionalLong closed = end.lastClosedWithRecords();
    if (closed.isEmpty()) {
      return 0;
    }
    long complete = Math.max(view.batchThrough(), view.completeThrough());
    long covered = Math.max(complete, end.firstEpoch() - 1);
    return Math.max(0, Math.min(closed.getAsLong(), end.lastEpoch()) - covered);
  }

  private static Map<String, Object> object(ViewStatus view, EventLog log, ViewStore store) {
    ViewState state = view.state();
    LogEnd end = log.end();
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("view", state.view());
    object.put("architecture", state.architecture().word());
    object.put("revision", state.revision());
    state.base().ifPresent(version -> object.put("batchVersion", version));
    state.speed().ifPresent(version -> object.put("speedVersion", version));
    state.previous().ifPresent(version -> object.put("previousVersion", version));
    state.candidate().ifPresent(version -> object.put("candidateVersion", version));
    putEpoch(object, "batchThrough", log.epochs(), state.batchThrough());
    putEpoch(object, "speedThrough", log.epochs(), state.completeThrough());
    putEpoch(object, "logClosedThrough", log.epochs(), end.closedThrough());
    LogHistory.beginsLater(log)
        .ifPresent(first -> object.put("logBegins", log.epochs().start(first).toString()));
    LogChanges.put(object, LogHistory.changes(log, store, state.catalog()));
    List<String> faults = LogHistory.faults(log).stream().map(EpochChange::text).toList();
    if (!faults.isEmpty()) {
      object.put("logFaults", faults);
    }
    object.put("closedEpochsBehind", behind(state, end));
    object.put("deadLetters", new DeadLetters(store).faults());
    object.put("lateEvents", view.late());
    view.reconciliation()
        .ifPresent(last -> object.put("reconciliation", object(last, log.epochs())));
    List<Object> waits = new ArrayList<>();
    waits(List.of(view), store).values().forEach(run -> waits.add(object(run)));
    if (!waits.isEmpty()) {
      object.put("storeWaits", waits);
    }
    List<Object> versions = new ArrayList<>();
    for (Version version : state.catalog().versions()) {
      Map<String, Object> each = new LinkedHashMap<>();
      each.put("version", version.id());
      each.put("kind", version.kind().word());
      each.put("live", isLive(state, version));
      each.put("role", state.catalog().role(version.id()).word());
      each.put("created", version.created().toString());
      putLag(each, state, version, log);
      each.put("deadLetters", deadLetters(store, version));
      each.put(
          "slices",
          oldestFirst(version).stream().map(slice -> object(view, slice, log.epochs())).toList());
      versions.add(each);
    }
    object.put("versions", versions);
    return object;
  }

  private static Map<String, Object> object(RunProgress run) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("run", run.run());
    object.put("layer", run.layer());
    object.put("retries", run.waits().retries());
    object.put("waitedSeconds", run.waits().waited().toMillis() / 1000.0);
    object.put("breakerOpened", run.waits().breakerOpened());
    return object;
  }

  private static Map<String, Object> object(ViewStatus view, Slice slice, Epochs epochs) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("slice", slice.rows());
    putEpoch(object, "after", epochs, slice.after());
    putEpoch(object, "through", epochs, slice.through());
    object.put("visible", slice.isShown());
    view.state()
        .completeThrough(slice)
        .ifPresent(complete -> putEpoch(object, "completeThrough", epochs, complete));
    object.put("run", slice.run().orElse(0));
    object.put("rows", view.rows(slice));
    return object;
  }

  private static Map<String, Object> object(Reconciliation reconciliation, Epochs epochs) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("run", reconciliation.run());
    object.put("at", reconciliation.at().toString());
    putEpoch(object, "after", epochs, reconciliation.epochs().after());
    putEpoch(object, "through", epochs, reconciliation.epochs().through());
    reconciliation.skipped().ifPresent(reason -> object.put("skipped", reason));
    object.put("rows", reconciliation.result().rows());
    object.put("different", reconciliation.result().different());
    object.put("differentByLateEvents", reconciliation.result().late());
    object.put("largestRelativeDifference", reconciliation.result().largest());
    List<Object> worst = new ArrayList<>();
    for (RowDifferences.Row row : reconciliation.result().worst()) {
      Map<String, Object> each = new LinkedHashMap<>();
      each.put("bucket", row.bucket().toString());
      each.put("key", row.key());
      row.live().ifPresent(value -> each.put("before", value));
      row.other().ifPresent(value -> each.put("batch", value));
      worst.add(each);
    }
    object.put("worst", worst);
    return object;
  }

  private static void putEpoch(Map<String, Object> object, String name, Epochs epochs, long epoch) {
    if (epoch != Epochs.NONE && epoch != Long.MAX_VALUE) {
      Map<String, Object> through = new LinkedHashMap<>();
      through.put("epoch", epoch);
      through.put("time", epochs.end(epoch).toString());
      object.put(name, through);
    }
  }
}
