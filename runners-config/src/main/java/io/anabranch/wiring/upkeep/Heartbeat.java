/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.upkeep;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;

import io.anabranch.api.EpochRange;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.log.EpochContent;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.api.spi.store.RunBeat;
import io.anabranch.wiring.RunContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.Timer;
import java.util.TimerTask;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports to the store, from the beginning of a run to its end, that the run is alive, what the log
 * is, and what it holds of the epochs that the run reads. A report that fails is made up for by the
 * next one.
 */
public final class Heartbeat implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);
  private static final Duration EVERY = Duration.ofSeconds(2);

  /** That the run is alive is one row; to look at the log costs more, and hurries less. */
  private static final int BEATS_PER_LOOK = 5;

  private final RunContext<?> context;
  private final long run;
  private final Timer timer = new Timer("anabranch-heartbeat", true);
  private List<OpenSlice> followed = List.of();
  private List<EpochContent> remembered = List.of();
  private final Attempts alive = new Attempts("report that it is alive");
  private final Attempts log = new Attempts("report what it sees of the log");

  private Heartbeat(RunContext<?> context, long run) {
    this.context = context;
    this.run = run;
  }

  /**
   * Remembers from now on what the log holds of the epochs that these slices are filled from; and
   * at once what a previous run of them did not come to remember.
   */
  public synchronized void follows(Collection<OpenSlice> slices) {
    followed = List.copyOf(slices);
    remembered = List.of();
    List<EpochContent> all = context.log().contents(EpochRange.ALL);
    for (OpenSlice slice : slices) {
      Set<Long> known =
          context.catalog().version(slice.version()).stream() // it may be retired already
              .flatMap(state -> context.lifecycle().remembered(state.version()).stream())
              .map(EpochContent::epoch)
              .collect(toSet());
      context
          .lifecycle()
          .remember(
              List.of(slice),
              all.stream().filter(content -> !known.contains(content.epoch())).toList());
    }
    remember();
  }

  /** Registers a run and begins to report it. */
  public static Heartbeat begin(RunContext<?> context, String layer) {
    return begin(context, layer, EVERY);
  }

  /** For tests: reports as often as this. */
  public static Heartbeat begin(RunContext<?> context, String layer, Duration every) {
    Heartbeat heartbeat = new Heartbeat(context, context.runs().begin(layer));
    try {
      heartbeat.reportAlive();
      heartbeat.reportLog();
    } catch (RuntimeException e) {
      heartbeat.close();
      throw e;
    }
    TimerTask beat =
        new TimerTask() {
          private int beats;

          @Override
          public void run() {
            heartbeat.alive.make(heartbeat::reportAlive);
            if (++beats % BEATS_PER_LOOK == 0) {
              heartbeat.log.make(heartbeat::reportLog);
            }
          }
        };
    heartbeat.timer.schedule(beat, every.toMillis(), every.toMillis());
    return heartbeat;
  }

  /** Returns the number of the run. */
  public long run() {
    return run;
  }

  private void reportAlive() {
    report(Optional.empty());
  }

  private synchronized void reportLog() {
    report(Optional.of(new RunBeat.Log(context.log().id(), context.log().end())));
    remember();
  }

  private void report(Optional<RunBeat.Log> log) {
    context
        .store()
        .progress()
        .heartbeat(new RunBeat(run, "", RunBeat.State.ALIVE, log, List.of(), List.of()));
  }

  /**
   * Remembers what is new, unless a closed epoch is no longer what it was: the next run says so.
   */
  private void remember() {
    if (followed.isEmpty()) {
      return;
    }
    long after = followed.stream().mapToLong(OpenSlice::after).min().orElseThrow();
    List<EpochContent> now = context.log().contents(new EpochRange(after, Long.MAX_VALUE));
    Map<Long, EpochContent> byEpoch =
        now.stream().collect(toMap(EpochContent::epoch, Function.identity()));
    boolean changed =
        remembered.stream()
            .filter(EpochContent::closed)
            .anyMatch(before -> !byEpoch.getOrDefault(before.epoch(), before).equals(before));
    if (changed) {
      throw new UserException("the log changed while it was read");
    }
    List<EpochContent> fresh = new ArrayList<>(now);
    fresh.removeAll(Set.copyOf(remembered));
    if (!fresh.isEmpty()) {
      context.lifecycle().remember(followed, fresh);
      remembered = now;
    }
  }

  /** Whatever a log or a store throws, the run still lives, and a timer would end with it. */
  private final class Attempts {
    private final String what;
    private Optional<String> failure = Optional.empty();

    Attempts(String what) {
      this.what = what;
    }

    void make(Runnable report) {
      try {
        report.run();
        failure = Optional.empty();
      } catch (RuntimeException | Error e) {
        Optional<String> now = Optional.of(String.valueOf(e));
        if (!now.equals(failure)) { // once for each reason
          LOG.warn("run {} could not {}, and tries again: {}", run, what, e.toString());
        }
        failure = now;
      }
    }
  }

  /** Reports that the run ended. */
  @Override
  public void close() {
    timer.cancel();
    log.make(this::reportLog);
    context.runs().end(run);
  }
}
