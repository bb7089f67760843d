/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli;

import io.anabranch.api.Epochs;
import io.anabranch.api.spi.DeadLetter;
import io.anabranch.api.spi.EpochChange;
import io.anabranch.api.spi.EventLog;
import io.anabranch.api.spi.LivePointer;
import io.anabranch.api.spi.LogEnd;
import io.anabranch.api.spi.Reading;
import io.anabranch.api.spi.Reconciliation;
import io.anabranch.api.spi.RowDifferences;
import io.anabranch.api.spi.VersionRole;
import io.anabranch.api.spi.ViewStatus;
import io.anabranch.api.spi.ViewStatus.Slice;
import io.anabranch.api.spi.ViewStatus.Version;
import io.anabranch.api.spi.ViewStore;
import io.anabranch.config.Configuration;
import io.anabranch.wiring.CatchUp;
import io.anabranch.wiring.LogHistory;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
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
        "Print per view: versions, slices, the live pointer, lag, dead letters, and how batch rows"
            + " differed from those they took the place of.")
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
      List<ViewStatus> views = store.status();
      views.forEach(view -> Connections.requireLogOf(view.pointer(), log));
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
        for (Version version : view.versions()) {
          for (Slice slice : version.slices()) {
            printer.print(
                Arrays.asList(
                    view.pointer().view(),
                    new Id(version.version()),
                    version.kind(),
                    version.role().word(),
                    new Id(slice.slice()),
                    time(log.epochs(), slice.epochs().after(), "the beginning"),
                    time(log.epochs(), slice.epochs().through(), "the end"),
                    slice.completeThrough().isPresent()
                        ? time(log.epochs(), slice.completeThrough().getAsLong(), "the end")
                        : "",
                    slice.rows()));
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
      String clause = LogChanges.clause(LogHistory.changes(log, store, view.pointer()));
      if (!clause.isEmpty()) {
        out.printf("%s%s%n", view.pointer().view(), clause.replaceFirst("; ", ": "));
      }
    }
    for (ViewStatus view : views) {
      out.printf(
          "%s is %s behind%n",
          view.pointer().view(), Plural.of(behind(view.pointer(), end), "closed epoch"));
    }
    for (ViewStatus view : views) {
      for (Version version : view.versions()) {
        if (version.kind().equals("kappa") && version.role() != VersionRole.NONE) {
          out.printf(
              "%s: %s version %d %s%n",
              view.pointer().view(),
              version.role().word(),
              version.version(),
              progress(view, version, log, store));
        }
      }
    }
    for (ViewStatus view : views) {
      view.reconciliation()
          .ifPresent(
              last ->
                  out.printf(
                      "last absorbed through %s, %s%n",
                      time(log.epochs(), last.epochs().through(), "the end"),
                      RunTeller.sentence(last)));
    }
    for (ViewStatus view : views) {
      if (view.untimely() > 0) {
        out.printf(
            "%s: %,d events late or ahead, %,d of them counted in by batch%n",
            view.pointer().view(), view.untimely(), view.countedIn());
      }
    }
    out.println(Plural.of(store.deadLetterCount(), "dead letter"));
  }

  /** How far a version of Kappa is, and how far from what answers. */
  private static String progress(ViewStatus view, Version version, EventLog log, ViewStore store) {
    String complete =
        "is complete through " + time(log.epochs(), version.completeThrough(), "nothing");
    long epochs = behindLive(view.pointer(), version);
    long bytes = bytesBehindLive(view, version, log);
    return complete
        + (epochs > 0
            ? ", " + Plural.of(epochs, "epoch") + " behind what answers"
            : bytes > 0 ? ", " + Plural.of(bytes, "byte") + " behind what answers" : "")
        + catchUp(version, log).map(catchUp -> ", " + Catching.text(catchUp)).orElse("")
        + ", "
        + Plural.of(deadLetters(store, version), "dead letter");
  }

  private static long deadLetters(ViewStore store, Version version) {
    return store.deadLetterCount(Set.of(DeadLetter.Kind.UNDECODABLE), List.of(version.version()));
  }

  private static long behindLive(LivePointer pointer, Version version) {
    long live = pointer.base().isPresent() ? pointer.completeThrough() : Epochs.NONE;
    return version.live() || live == Epochs.NONE || version.completeThrough() == Epochs.NONE
        ? 0
        : Math.max(0, live - version.completeThrough());
  }

  /** How much less of the log a version has read than the one that answers. */
  private static long bytesBehindLive(ViewStatus view, Version version, EventLog log) {
    List<Reading> own = readings(version);
    return view.versions().stream()
        .filter(Version::live)
        .map(StatusCommand::readings)
        .filter(live -> !live.isEmpty() && !own.isEmpty())
        .mapToLong(live -> Math.max(0, CatchUp.place(log, live) - CatchUp.place(log, own)))
        .findFirst()
        .orElse(0);
  }

  private static List<Reading> readings(Version version) {
    return version.slices().stream().flatMap(slice -> slice.reading().stream()).toList();
  }

  private static Optional<CatchUp> catchUp(Version version, EventLog log) {
    List<Reading> readings = readings(version);
    return readings.isEmpty() ? Optional.empty() : Optional.of(CatchUp.of(log, readings));
  }

  private static void putCatchUp(
      Map<String, Object> object, ViewStatus view, Version version, EventLog log) {
    object.put("epochsBehindLive", behindLive(view.pointer(), version));
    object.put("bytesBehindLive", bytesBehindLive(view, version, log));
    putEpoch(object, "completeThrough", log.epochs(), version.completeThrough());
    catchUp(version, log)
        .ifPresent(
            catchUp -> {
              putEpoch(object, "readThrough", log.epochs(), catchUp.through());
              object.put("bytesRead", catchUp.bytesRead());
              object.put("bytesLeft", catchUp.bytesLeft());
              object.put("lastRead", catchUp.at().toString());
              if (Catching.isReading(catchUp) && catchUp.bytesPerSecond() > 0) {
                object.put("bytesPerSecond", catchUp.bytesPerSecond());
              }
              if (catchUp.bytesLeft() == 0 || Catching.isReading(catchUp)) {
                catchUp.timeLeft().ifPresent(left -> object.put("secondsLeft", left.toSeconds()));
              }
            });
  }

  private static String time(Epochs epochs, long epoch, String unbounded) {
    return epoch == Epochs.NONE || epoch == Long.MAX_VALUE
        ? unbounded
        : epochs.end(epoch).toString();
  }

  /** How many closed epochs that may hold records are in no live version as a whole. */
  private static long behind(LivePointer pointer, LogEnd end) {
    OptionalLong closed = end.lastClosedWithRecords();
    if (closed.isEmpty()) {
      return 0;
    }
    long base = pointer.baseThrough() == Long.MAX_VALUE ? Epochs.NONE : pointer.baseThrough();
    long covered = Math.max(Math.max(base, pointer.completeThrough()), end.firstEpoch() - 1);
    return Math.max(0, Math.min(closed.getAsLong(), end.lastEpoch()) - covered);
  }

  private static Map<String, Object> object(ViewStatus view, EventLog log, ViewStore store) {
    LivePointer pointer = view.pointer();
    LogEnd end = log.end();
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("view", pointer.view());
    object.put("architecture", pointer.architecture().word());
    object.put("revision", pointer.revision());
    pointer.base().ifPresent(version -> object.put("batchVersion", version));
    pointer.speed().ifPresent(version -> object.put("speedVersion", version));
    pointer.former().ifPresent(version -> object.put("formerVersion", version));
    pointer.candidate().ifPresent(version -> object.put("candidateVersion", version));
    putEpoch(object, "batchThrough", log.epochs(), pointer.baseThrough());
    putEpoch(object, "speedThrough", log.epochs(), pointer.completeThrough());
    putEpoch(object, "logClosedThrough", log.epochs(), end.closedThrough());
    LogHistory.beginsLater(log)
        .ifPresent(first -> object.put("logBegins", log.epochs().start(first).toString()));
    LogChanges.put(object, LogHistory.changes(log, store, pointer));
    List<String> faults = LogHistory.faults(log).stream().map(EpochChange::text).toList();
    if (!faults.isEmpty()) {
      object.put("logFaults", faults);
    }
    object.put("closedEpochsBehind", behind(pointer, end));
    object.put("deadLetters", store.deadLetterCount());
    object.put("untimely", view.untimely());
    object.put("untimelyCountedIn", view.countedIn());
    view.reconciliation()
        .ifPresent(last -> object.put("reconciliation", object(last, log.epochs())));
    List<Object> versions = new ArrayList<>();
    for (Version version : view.versions()) {
      Map<String, Object> each = new LinkedHashMap<>();
      each.put("version", version.version());
      each.put("kind", version.kind());
      each.put("live", version.live());
      each.put("role", version.role().word());
      each.put("created", version.created().toString());
      putCatchUp(each, view, version, log);
      each.put("deadLetters", deadLetters(store, version));
      each.put(
          "slices", version.slices().stream().map(slice -> object(slice, log.epochs())).toList());
      versions.add(each);
    }
    object.put("versions", versions);
    return object;
  }

  private static Map<String, Object> object(Slice slice, Epochs epochs) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("slice", slice.slice());
    putEpoch(object, "after", epochs, slice.epochs().after());
    putEpoch(object, "through", epochs, slice.epochs().through());
    object.put("visible", slice.visible());
    slice
        .completeThrough()
        .ifPresent(complete -> putEpoch(object, "completeThrough", epochs, complete));
    object.put("run", slice.run());
    object.put("rows", slice.rows());
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
