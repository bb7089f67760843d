/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.internal.trial;

import io.anabranch.api.Answer;
import io.anabranch.api.Epochs;
import io.anabranch.api.KeyText;
import io.anabranch.api.Timeliness;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.catalog.Catalog;
import io.anabranch.serving.Query;
import io.anabranch.serving.ViewReader;
import io.anabranch.testing.internal.laws.Values;
import io.anabranch.testing.script.EventScript;
import io.anabranch.testing.script.Step;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.util.CoderUtils;

/** One script on one scene: what happens, and what each answer should say of it. */
final class Performance<E, K, O> {
  private final Scene<E> scene;
  private final Subject<E, K, ?, ?, O> subject;
  private final Reference<K, ?, O> reference;
  private final EventScript<E> script;
  private final List<Arrived> arrived = new ArrayList<>();
  private final Read lambda = new Read();
  private final Read kappa = new Read();
  private int at;
  private int runs;
  private int cuts;
  private long rows;

  Performance(
      Scene<E> scene,
      Subject<E, K, ?, ?, O> subject,
      Reference<K, ?, O> reference,
      EventScript<E> script) {
    this.scene = scene;
    this.subject = subject;
    this.reference = reference;
    this.script = script;
  }

  /** An event in the log. */
  private record Arrived(int event, long epoch) {}

  /** What an architecture has read. */
  private static final class Read {
    long batchThrough = Epochs.NONE;

    /** The end of the last batch run that began at the beginning. */
    long fullThrough = Epochs.NONE;

    int followed;
    long complete = Epochs.NONE;

    /** Whether the rows are known: a run that died while it followed the log stored some. */
    boolean known = true;
  }

  Outcome run() {
    for (; at < script.steps().size(); at++) {
      Optional<Disagreement> disagreement = act(script.steps().get(at));
      if (disagreement.isPresent()) {
        return new Outcome(disagreement, runs, cuts, rows);
      }
    }
    return new Outcome(Optional.empty(), runs, cuts, rows);
  }

  /**
   * Runs the script, and returns what its last run answers then, right or wrong.
   *
   * @throws UserException if a run fails
   */
  Answer<K, O> answer() {
    Optional<Step.Layer> last = Optional.empty();
    for (Step step : script.steps()) {
      Optional<Disagreement> failed = act(step).filter(found -> found.row().isEmpty());
      if (failed.isPresent()) {
        throw new UserException(String.join(", ", failed.get().said().values()));
      }
      last = step instanceof Step.Run run ? Optional.of(run.layer()) : last;
    }
    ViewStore store =
        store(last.orElseThrow(() -> new IllegalStateException("nothing runs in the script")));
    return ViewReader.of(store, subject.view()).against(scene.log()::end).read(Query.all());
  }

  /** Runs the script, and returns what its last run says of a row then, in words. */
  String said(RowName row) {
    try {
      return text(rows(answer()), row);
    } catch (UserException e) {
      return "failed: " + e.getMessage();
    }
  }

  private Optional<Disagreement> act(Step step) {
    if (step instanceof Step.Append append) {
      append(append);
    } else if (step instanceof Step.Close close) {
      scene.log().closeThrough(script.epochs().at(close.through()) - 1);
    } else if (step instanceof Step.Wait wait) {
      scene.waitFor(wait.time());
    } else if (step instanceof Step.Restart) {
      scene.restart();
    } else if (step instanceof Step.Run run) {
      return run(run);
    }
    return Optional.empty();
  }

  private void append(Step.Append append) {
    long epoch = script.epochs().at(append.at());
    List<byte[]> records = new ArrayList<>();
    for (int event : append.events()) {
      arrived.add(new Arrived(event, epoch));
      try {
        records.add(CoderUtils.encodeToByteArray(subject.coder(), script.events().get(event)));
      } catch (CoderException e) {
        throw new UncheckedIOException(e);
      }
    }
    scene.log().append(epoch, records);
  }

  private Optional<Disagreement> run(Step.Run step) {
    if (!isPossible(step.layer())) {
      return Optional.empty();
    }
    runs++;
    try {
      boolean stopped = scene.isStopped(step);
      return scene.run(step) ? check(step.layer(), stopped) : checkDead(step.layer());
    } catch (RuntimeException e) { // of a run, or of what makes values for a reader
      return Optional.of(
          new Disagreement(
              at,
              step.layer().method(),
              architecture(step.layer()),
              Optional.empty(),
              Map.of("failed", UserException.of(e).getMessage()),
              0));
    }
  }

  /** A batch run, or a replay, that dies changes no answer. */
  private Optional<Disagreement> checkDead(Step.Layer layer) {
    Read read = read(layer);
    if (layer.follows() || (layer == Step.Layer.REPLAY && read.followed == 0)) {
      read.known = false;
    }
    return read.known && hasPointer(layer) ? compare(layer, read) : Optional.empty();
  }

  private boolean hasPointer(Step.Layer layer) {
    return new Catalog(store(layer).catalog()).load(subject.view().name()).isLive();
  }

  private Read read(Step.Layer layer) {
    return architecture(layer).equals("lambda") ? lambda : kappa;
  }

  private boolean isPossible(Step.Layer layer) {
    return switch (layer) {
      case BATCH, FULL_BATCH -> scene.log().end().lastClosedWithRecords().isPresent();
      case SPEED, KAPPA, REPLAY -> !scene.log().end().isEmpty();
    };
  }

  private static String architecture(Step.Layer layer) {
    return switch (layer) {
      case BATCH, FULL_BATCH, SPEED -> "lambda";
      case KAPPA, REPLAY -> "kappa";
    };
  }

  /**
   * Of what is stopped, all is stored, but no epoch is known to be complete that was not before.
   */
  private Optional<Disagreement> check(Step.Layer layer, boolean stopped) {
    long closed = scene.log().end().closedThrough();
    Read read = read(layer);
    read.complete = stopped ? read.complete : closed;
    if (layer == Step.Layer.BATCH || layer == Step.Layer.FULL_BATCH) {
      if (layer == Step.Layer.FULL_BATCH || read.batchThrough == Epochs.NONE) {
        read.fullThrough = closed;
      }
      read.batchThrough = closed;
    } else {
      read.followed = arrived.size();
      // A run that died may have stored windows that one which is stopped does not know complete.
      read.known |= !stopped || subject.view().timeliness().isEmpty();
    }
    return read.known ? compare(layer, read) : Optional.empty();
  }

  private Optional<Disagreement> compare(Step.Layer layer, Read read) {
    return compare(
        layer, expected(read), ViewReader.of(store(layer), subject.view()).read(Query.all()));
  }

  private Map<RowName, O> expected(Read read) {
    Optional<Timeliness> timeliness = subject.view().timeliness();
    if (timeliness.isPresent()) {
      return reference.windows(
          counted(timeliness.get(), read),
          end -> timeliness.get().completeWith(script.epochs(), end) <= read.complete);
    }
    List<Integer> events = new ArrayList<>();
    for (int i = 0; i < arrived.size(); i++) {
      if (i < read.followed || arrived.get(i).epoch() <= read.batchThrough) {
        events.add(arrived.get(i).event());
      }
    }
    return reference.fold(events);
  }

  /**
   * Which events count in a windowed view: those that come in time, whenever they do, as no window
   * is complete before; and others that a full batch run has read early enough.
   */
  private Set<Integer> counted(Timeliness timely, Read read) {
    Set<Integer> counted = new HashSet<>();
    for (Step step : script.steps()) {
      if (step instanceof Step.Append append) {
        long epoch = script.epochs().at(append.at());
        for (int event : append.events()) {
          long time = script.events().get(event).getTimestamp().getMillis();
          boolean countedIn =
              epoch <= read.fullThrough
                  && time <= timely.countedInThrough(script.epochs(), read.fullThrough);
          if (countedIn || timely.isOnTime(script.epochs(), epoch, time)) {
            counted.add(event);
          }
        }
      }
    }
    return counted;
  }

  private ViewStore store(Step.Layer layer) {
    return architecture(layer).equals("lambda") ? scene.lambda() : scene.kappa();
  }

  private Map<RowName, O> rows(Answer<K, O> answer) {
    Map<RowName, O> values = new TreeMap<>();
    for (Answer.Row<K, O> row : answer.rows()) {
      values.put(name(row), row.value());
    }
    return values;
  }

  private RowName name(Answer.Row<K, O> row) {
    return new RowName(row.bucket().orElseThrow(), KeyText.of(row.key()));
  }

  private Optional<Disagreement> compare(
      Step.Layer layer, Map<RowName, O> expected, Answer<K, O> answer) {
    cuts++;
    Map<RowName, O> actual = rows(answer);
    TreeSet<RowName> names = new TreeSet<>(expected.keySet());
    names.addAll(actual.keySet());
    rows += names.size();
    Set<RowName> seen = new HashSet<>();
    Set<RowName> twice = new HashSet<>();
    answer.rows().stream().map(this::name).filter(name -> !seen.add(name)).forEach(twice::add);
    List<RowName> different =
        names.stream()
            .filter(
                name ->
                    !expected.containsKey(name)
                        || twice.contains(name)
                        || !actual.containsKey(name)
                        || !Values.agree(expected.get(name), actual.get(name), subject.within()))
            .toList();
    if (different.isEmpty()) {
      return Optional.empty();
    }
    RowName worst = different.get(0);
    Map<String, String> said = new LinkedHashMap<>();
    said.put("reference", text(expected, worst));
    said.put(
        architecture(layer),
        text(actual, worst) + (twice.contains(worst) ? ", in two rows of one key" : ""));
    return Optional.of(
        new Disagreement(
            at, layer.method(), architecture(layer), Optional.of(worst), said, different.size()));
  }

  private static String text(Map<RowName, ?> rows, RowName name) {
    return rows.containsKey(name) ? Values.text(rows.get(name)) : "no row";
  }
}
