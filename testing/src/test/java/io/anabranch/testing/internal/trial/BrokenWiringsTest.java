/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.internal.trial;

import static io.anabranch.testing.SampleViews.hours;
import static io.anabranch.testing.SampleViews.words;
import static org.apache.beam.sdk.values.WindowingStrategy.AccumulationMode.ACCUMULATING_FIRED_PANES;
import static org.apache.beam.sdk.values.WindowingStrategy.AccumulationMode.DISCARDING_FIRED_PANES;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.MaterializedView;
import io.anabranch.api.WindowedView;
import io.anabranch.api.spi.log.EventLog;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.api.spi.log.StopSignal;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.contracts.log.ForwardingLog;
import io.anabranch.contracts.store.FaultInjectingStore;
import io.anabranch.contracts.store.FaultInjectingStore.Call;
import io.anabranch.contracts.store.FaultInjectingStore.Faults;
import io.anabranch.runners.RunnerProfile;
import io.anabranch.testing.script.Copies;
import io.anabranch.testing.script.EventScript;
import io.anabranch.testing.script.Schedules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.PipelineRunner;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.runners.TransformHierarchy;
import org.apache.beam.sdk.transforms.Filter;
import org.apache.beam.sdk.transforms.FlatMapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PValue;
import org.apache.beam.sdk.values.TimestampedValue;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;

/** Mistakes between the parts, each found within the schedules of a default call. */
final class BrokenWiringsTest {
  private static final int COMBINED = 5; // scripts of ten schedules each
  private static final int WINDOWED = 20;
  private static final long SEED = 7;

  @Test
  void nothingIsFoundWhereNothingIsBroken() {
    long seed = System.nanoTime();
    assertThat("seed " + seed, found(words(), new Wiring(), seed), is(Optional.empty()));
    assertThat("seed " + seed, found(hours(), new Wiring(), seed), is(Optional.empty()));
  }

  @Test
  void batchLeavesOutTheFirstNewEpoch() {
    assertIsFound(
        words(),
        new BrokenLog() {
          @Override
          PTransform<PBegin, PCollection<RecordBatch>> closed(EventLog log, EpochRange range) {
            return log.readClosed(
                new EpochRange(
                    Math.max(range.after() + 1, log.end().firstEpoch()), range.through()));
          }
        });
  }

  @Test
  void batchReadsAnEpochThatItHoldsAlready() {
    assertIsFound(
        words(),
        new BrokenLog() {
          @Override
          PTransform<PBegin, PCollection<RecordBatch>> closed(EventLog log, EpochRange range) {
            return then(
                log.readClosed(range),
                FlatMapElements.into(TypeDescriptor.of(RecordBatch.class))
                    .via(
                        batch ->
                            batch.epoch() == range.through()
                                ? List.of(batch, batch)
                                : List.of(batch)));
          }
        });
  }

  @Test
  void speedBeginsOneEpochTooLate() {
    assertIsFound(
        words(),
        new BrokenLog() {
          @Override
          PTransform<PBegin, PCollection<RecordBatch>> followed(
              EventLog log, long after, Optional<Duration> lateness, Optional<LogEnd> until) {
            return then(
                log.follow(after, lateness, until, StopSignal.create()),
                Filter.by(batch -> after < 0 || batch.epoch() > after + 1));
          }
        });
  }

  @Test
  void recordsThatAreGivenOutTwice() {
    assertIsFound(
        words(),
        new BrokenLog() {
          @Override
          PTransform<PBegin, PCollection<RecordBatch>> followed(
              EventLog log, long after, Optional<Duration> lateness, Optional<LogEnd> until) {
            return then(
                log.follow(after, lateness, until, StopSignal.create()),
                FlatMapElements.into(TypeDescriptor.of(RecordBatch.class))
                    .via(
                        batch ->
                            batch.place(0).position() % 7 == 0
                                ? List.of(batch, batch)
                                : List.of(batch)));
          }
        });
  }

  @Test
  void epochThatCountsAsClosedTooEarly() {
    assertIsFound(
        words(),
        new BrokenLog() {
          @Override
          LogEnd end(EventLog log) {
            LogEnd end = log.end();
            return new LogEnd(
                end.position(),
                Math.max(end.closedThrough(), end.firstEpoch()),
                end.firstEpoch(),
                end.lastEpoch());
          }
        });
  }

  @Test
  void panesThatHoldOnlyWhatIsNew() {
    assertIsFound(
        words(),
        new Wiring() {
          @Override
          PipelineOptions options(PipelineOptions options) {
            options.setRunner(DiscardingRunner.class);
            return options;
          }
        });
  }

  @Test
  void batchRowsThatAreNotPromoted() {
    Disagreement found = found(words(), without(Call.COMMIT, "publish"), SEED).orElseThrow();

    assertThat(found.toString(), found.architecture(), is("lambda"));
    assertThat(found.toString(), found.said().get("failed"), containsString("has no answer"));
  }

  @Test
  void stopThatTheStoreDoesNotHearOf() {
    assertIsFound(hours(), without(Call.HEARTBEAT, "SUSPENDED"));
  }

  @Test
  void closedEpochThatIsLeftOut() {
    assertIsFound(
        words(),
        new BrokenLog() {
          @Override
          PTransform<PBegin, PCollection<RecordBatch>> closed(EventLog log, EpochRange range) {
            return then(log.readClosed(range), Filter.by(batch -> batch.epoch() < range.through()));
          }
        });
  }

  @Test
  void boundedReadingThatGoesOneEpochBeyondTheSeam() {
    assertIsFound(
        words(),
        new BrokenLog() {
          @Override
          PTransform<PBegin, PCollection<RecordBatch>> closed(EventLog log, EpochRange range) {
            return log.readClosed(new EpochRange(range.after(), range.through() + 1));
          }
        });
  }

  @Test
  void watermarkThatIsNotHeldBackByTheLateness() {
    assertIsFound(
        hours(),
        new BrokenLog() {
          @Override
          PTransform<PBegin, PCollection<RecordBatch>> followed(
              EventLog log, long after, Optional<Duration> lateness, Optional<LogEnd> until) {
            return log.follow(after, Optional.empty(), until, StopSignal.create());
          }
        });
  }

  @Test
  void windowsWhoseBeginningIsNotRead() {
    assertIsFound(
        hours(),
        new BrokenLog() {
          @Override
          PTransform<PBegin, PCollection<RecordBatch>> followed(
              EventLog log, long after, Optional<Duration> lateness, Optional<LogEnd> until) {
            return log.follow(
                after == Epochs.NONE ? after : after + 2, lateness, until, StopSignal.create());
          }
        });
  }

  private static Wiring without(Call lost, String lostDetail) {
    Faults faults =
        new Faults() {
          @Override
          public boolean loses(Call call, String detail) {
            return call == lost && detail.equals(lostDetail);
          }
        };
    return new Wiring() {
      @Override
      ViewStore store(ViewStore store) {
        return new FaultInjectingStore(store, faults);
      }
    };
  }

  /** A log that is not what it should be. */
  private static class BrokenLog extends Wiring {
    PTransform<PBegin, PCollection<RecordBatch>> closed(EventLog log, EpochRange range) {
      return log.readClosed(range);
    }

    PTransform<PBegin, PCollection<RecordBatch>> followed(
        EventLog log, long after, Optional<Duration> lateness, Optional<LogEnd> until) {
      return log.follow(after, lateness, until, StopSignal.create());
    }

    LogEnd end(EventLog log) {
      return log.end();
    }

    static PTransform<PBegin, PCollection<RecordBatch>> then(
        PTransform<PBegin, PCollection<RecordBatch>> log,
        PTransform<? super PCollection<RecordBatch>, PCollection<RecordBatch>> step) {
      return new PTransform<>() {
        @Override
        public PCollection<RecordBatch> expand(PBegin begin) {
          PCollection<RecordBatch> batches = begin.apply("Sound", log);
          return batches.apply("Broken", step).setCoder(batches.getCoder());
        }
      };
    }

    @Override
    EventLog log(EventLog log) {
      return new ForwardingLog(log) {
        @Override
        public LogEnd end() {
          return BrokenLog.this.end(log);
        }

        @Override
        public PTransform<PBegin, PCollection<RecordBatch>> readClosed(EpochRange range) {
          return closed(log, range);
        }

        @Override
        public PTransform<PBegin, PCollection<RecordBatch>> follow(
            long after, Optional<Duration> lateness, Optional<LogEnd> until, StopSignal stop) {
          return followed(log, after, lateness, until);
        }
      };
    }
  }

  /** A row tells it, and not a run that fails. */
  private static void assertIsFound(MaterializedView<String, String, Long> view, Wiring wiring) {
    Optional<Disagreement> found = found(view, wiring, SEED);
    assertThat("found", found.isPresent(), is(true));
    assertThat(found.toString(), found.get().row().isPresent(), is(true));
  }

  private static Optional<Disagreement> found(
      MaterializedView<String, String, Long> view, Wiring wiring, long seed) {
    Random random = new Random(seed);
    List<TimestampedValue<String>> events = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      events.add(
          TimestampedValue.of(
              "k" + random.nextInt(4),
              Instant.parse("2026-03-01T10:00:00Z")
                  .plus(org.joda.time.Duration.standardMinutes(random.nextInt(300)))));
    }
    boolean isWindowed = view instanceof WindowedView;
    Copies<String> copies = isWindowed ? Copies.one(events) : Copies.many(events);
    Trial<String, ?, ?, ?, ?> trial =
        Trial.of(
            view,
            StringUtf8Coder.of(),
            copies.all(),
            () ->
                RunnerProfile.of("direct", Map.of("targetParallelism", "1"))
                    .pipelineOptions(List.of()),
            0);
    for (int number = 0; number < (isWindowed ? WINDOWED : COMBINED); number++) {
      EventScript<String> script =
          Schedules.random(copies, trial.timeliness(), number, seed + number);
      Optional<Disagreement> found = trial.run(script, wiring, seed + number).disagreement();
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  /** Forgets early panes. */
  public static final class DiscardingRunner extends PipelineRunner<PipelineResult> {
    private final PipelineOptions options;

    private DiscardingRunner(PipelineOptions options) {
      this.options = options;
    }

    /** Makes the runner; Beam calls it. */
    public static DiscardingRunner fromOptions(PipelineOptions options) {
      return new DiscardingRunner(options);
    }

    @Override
    public PipelineResult run(Pipeline pipeline) {
      pipeline.traverseTopologically(
          new Pipeline.PipelineVisitor.Defaults() {
            @Override
            public void visitValue(PValue value, TransformHierarchy.Node producer) {
              if (value instanceof PCollection<?> collection
                  && collection.getWindowingStrategy().getMode() == ACCUMULATING_FIRED_PANES) {
                collection.setWindowingStrategyInternal(
                    collection.getWindowingStrategy().withMode(DISCARDING_FIRED_PANES));
              }
            }
          });
      options.setRunner(
          RunnerProfile.of("direct", Map.of()).pipelineOptions(List.of()).getRunner());
      return PipelineRunner.fromOptions(options).run(pipeline);
    }
  }
}
