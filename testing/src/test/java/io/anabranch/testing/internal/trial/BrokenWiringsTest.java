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
import io.anabranch.api.spi.log.FollowRequest;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.contracts.log.ForwardingLog;
import io.anabranch.contracts.store.FaultInjectingStore;
import io.anabranch.contracts.store.FaultInjectingStore.Call;
import io.anabranch.contracts.store.FaultInjectingStore.Faults;
import io.anabranch.runners.RunnerProfile;
import io.anabranch.testing.script.Copies;
import io.anabranch.testing.script.EventScript;
import io.anabranch.testing.script.Schedules;
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
import org.apache.beam.sdk.transforms.SerializableFunction;
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
            return log.read(
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
            return then(log.read(range), twice(batch -> batch.epoch() == range.through()));
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
              EventLog log, FollowRequest request) {
            return then(
                log.follow(request),
                Filter.by(batch -> request.after() < 0 || batch.epoch() > request.after() + 1));
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
              EventLog log, FollowRequest request) {
            return then(
                log.follow(request),
                twice(batch -> batch.size() > 0 && batch.place(0).position() % 7 == 0));
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
            return closedThrough(end, Math.max(end.closedThrough(), end.firstEpoch()));
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
            return then(log.read(range), Filter.by(batch -> batch.epoch() < range.through()));
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
            long beyond = Math.min(range.through() + 1, log.end().closedThrough());
            return log.read(new EpochRange(range.after(), beyond));
          }

          @Override
          LogEnd end(EventLog log) { // so that one more epoch is closed
            LogEnd end = log.end();
            return end.closedThrough() > end.firstEpoch()
                ? closedThrough(end, end.closedThrough() - 1)
                : end;
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
              EventLog log, FollowRequest request) {
            return log.follow(after(request.after(), request));
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
              EventLog log, FollowRequest request) {
            return log.follow(
                request.after() == Epochs.NONE
                    ? request
                    : request
                        .heldBack()
                        .map(after(request.after() + 2, request)::heldBack)
                        .orElse(after(request.after() + 2, request)));
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

  private static LogEnd closedThrough(LogEnd end, long epoch) {
    return new LogEnd(
        end.position(), epoch, end.firstEpoch(), end.lastEpoch(), end.trimmedThrough());
  }

  /** The same request but for where it begins, and not held back. */
  private static FollowRequest after(long epoch, FollowRequest request) {
    FollowRequest other = FollowRequest.after(epoch).stoppedBy(request.stop());
    return request.until().map(other::until).orElse(other);
  }

  /** A log that is not what it should be. */
  private static class BrokenLog extends Wiring {
    PTransform<PBegin, PCollection<RecordBatch>> closed(EventLog log, EpochRange range) {
      return log.read(range);
    }

    PTransform<PBegin, PCollection<RecordBatch>> followed(EventLog log, FollowRequest request) {
      return log.follow(request);
    }

    LogEnd end(EventLog log) {
      return log.end();
    }

    static PTransform<PCollection<? extends RecordBatch>, PCollection<RecordBatch>> twice(
        SerializableFunction<RecordBatch, Boolean> which) {
      SerializableFunction<RecordBatch, List<RecordBatch>> copies =
          batch -> which.apply(batch) ? List.of(batch, batch) : List.of(batch);
      return FlatMapElements.into(TypeDescriptor.of(RecordBatch.class)).via(copies);
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
        public PTransform<PBegin, PCollection<RecordBatch>> read(EpochRange range) {
          return closed(log, range);
        }

        @Override
        public PTransform<PBegin, PCollection<RecordBatch>> follow(FollowRequest request) {
          return followed(log, request);
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
