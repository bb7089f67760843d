/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.internal.trial;

import io.anabranch.api.Epochs;
import io.anabranch.api.Tolerance;
import io.anabranch.api.UserException;
import io.anabranch.api.definition.LoadedApplication;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.testing.internal.workers.FreshWorkers;
import io.anabranch.testing.script.ScriptedLog;
import io.anabranch.testing.script.Step;
import io.anabranch.wiring.RunContext;
import io.anabranch.wiring.Stop;
import io.anabranch.wiring.pipeline.PipelineShape;
import io.anabranch.wiring.run.BatchRun;
import io.anabranch.wiring.run.KappaRun;
import io.anabranch.wiring.run.Replay;
import io.anabranch.wiring.run.ReplayRun;
import io.anabranch.wiring.run.RunListener;
import io.anabranch.wiring.run.SpeedRun;
import io.anabranch.wiring.version.Promotion;
import io.anabranch.wiring.version.PromotionGate;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Supplier;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.values.TimestampedValue;

/** A log, a store that serves by Lambda, one that serves by Kappa, and what runs on them. */
final class Scene<E> implements AutoCloseable {
  private static final Duration REFRESH = Duration.ofMillis(50);

  private final LoadedApplication<TimestampedValue<E>> application;
  private final Supplier<PipelineOptions> options;
  private final Wiring wiring;
  private final Random random;
  private final ScriptedLog log;
  private final TemporaryFolder folder = TemporaryFolder.make();
  private final StoreFile lambda;
  private final StoreFile kappa;
  private boolean hasKappa;

  Scene(
      LoadedApplication<TimestampedValue<E>> application,
      Epochs epochs,
      Supplier<PipelineOptions> options,
      Wiring wiring,
      long seed) {
    this.application = application;
    this.options = options;
    this.wiring = wiring;
    this.random = new Random(seed);
    this.log = new ScriptedLog(epochs, new Random(random.nextLong()));
    this.lambda = new StoreFile(folder.path().resolve("lambda.db"));
    this.kappa = new StoreFile(folder.path().resolve("kappa.db"));
  }

  ScriptedLog log() {
    return log;
  }

  ViewStore lambda() {
    return wiring.store(lambda.store());
  }

  ViewStore kappa() {
    return wiring.store(kappa.store());
  }

  /** Lets processing time pass; a runner that reads the clock itself is not made to wait. */
  void waitFor(Duration time) {
    if (options.get().getRunner().getSimpleName().equals("DirectRunner")) {
      log.waitFor(time);
    }
  }

  void restart() {
    lambda.reopen();
    kappa.reopen();
  }

  /**
   * Runs a layer.
   *
   * @return whether it lived to its end
   */
  boolean run(Step.Run step) {
    StoreFile store =
        switch (step.layer()) {
          case BATCH, FULL_BATCH, SPEED -> lambda;
          case KAPPA, REPLAY -> kappa;
        };
    if (step.dies() > 0) {
      store.dieAt(step.dies());
    }
    boolean died = false;
    try {
      run(step, store);
    } catch (UserException e) {
      died = store.isDead();
      if (!died) {
        throw e;
      }
    } finally {
      store.live();
    }
    if (died) {
      store.reopen();
    }
    return !died;
  }

  private void run(Step.Run step, StoreFile store) {
    RunContext<TimestampedValue<E>> context = context(store);
    if (isStopped(step)) {
      followUntilStopped(step.layer(), context);
      return;
    }
    switch (step.layer()) {
      case BATCH -> BatchRun.of(context).run(RunListener.NONE);
      case FULL_BATCH -> BatchRun.of(context).full(true).run(RunListener.NONE);
      case SPEED -> SpeedRun.of(context).untilCaughtUp(true).run(RunListener.NONE);
      case KAPPA -> {
        kappaRun(context).run(RunListener.NONE);
        hasKappa = true;
      }
      case REPLAY -> {
        if (hasKappa) {
          ReplayRun.of(context, Replay.of(context, List.of(), OptionalLong.empty()))
              .untilCaughtUp(true)
              .run(RunListener.NONE);
          Promotion.promote(
              context, List.of(), view -> Tolerance.NONE, true, PromotionGate.of(Duration.ZERO));
        } else {
          run(new Step.Run(Step.Layer.KAPPA, 0), store);
        }
      }
    }
  }

  /** Returns whether a run is stopped; not the first of Kappa, which would give up its backfill. */
  boolean isStopped(Step.Run step) {
    return step.stopped() && (step.layer() == Step.Layer.SPEED || hasKappa);
  }

  /** The store hears of the stop before anything is read, and the log gives out all there is. */
  private void followUntilStopped(Step.Layer layer, RunContext<TimestampedValue<E>> context) {
    Stop stop = new Stop();
    RunListener stopping =
        new RunListener() {
          @Override
          public void started(String name, long run) {
            stop.request();
          }
        };
    if (layer == Step.Layer.SPEED) {
      SpeedRun.of(context).stoppedBy(stop).run(stopping);
    } else {
      KappaRun.of(context).stoppedBy(stop).run(stopping);
    }
  }

  private KappaRun<TimestampedValue<E>> kappaRun(RunContext<TimestampedValue<E>> context) {
    return KappaRun.of(context).untilCaughtUp(true);
  }

  /**
   * Some runs call the author's functions where records are decoded; most give them fresh workers.
   */
  private PipelineOptions options() {
    PipelineOptions made = options.get();
    made.as(PipelineShape.class).setFuseContributions(random.nextInt(4) == 0);
    return made;
  }

  private RunContext<TimestampedValue<E>> context(StoreFile store) {
    return new RunContext<>(
        application,
        wiring.log(log),
        wiring.store(store.store()),
        store.settings(),
        REFRESH,
        () -> FreshWorkers.before(wiring.options(options()), random.nextLong()),
        OptionalInt.empty()); // a step that throws is a fault of the view
  }

  @Override
  public void close() {
    lambda.close();
    kappa.close();
    folder.close();
  }
}
