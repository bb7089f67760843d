/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.fused;

import io.anabranch.api.AuthorException;
import io.anabranch.transforms.internal.events.EventConsumer;
import io.anabranch.transforms.internal.events.RecordException;
import io.anabranch.transforms.internal.events.StepException;
import java.util.Optional;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.joda.time.Instant;

/**
 * Calls the plain steps that a view's transform begins with, without a runner between. What they
 * output for an event is kept aside until all are through. Not thread-safe.
 *
 * @param <E> the event
 * @param <O> what is made of events
 */
abstract class FusedSteps<E, O> implements EventConsumer<E, O> {
  private static final long serialVersionUID = 1L;

  private final String view;
  private final Chain chain;
  private final Entrance entrance;
  private transient Stage first;
  private transient Output<O> output;

  FusedSteps(String view, Chain chain, Entrance entrance) {
    this.view = view;
    this.chain = chain;
    this.entrance = entrance;
  }

  @Override
  public final String view() {
    return view;
  }

  @Override
  public final void setup(PipelineOptions options) {
    first = chain.start(options, this::add);
    call("its setup", first::setup);
  }

  @Override
  public void startBundle() {
    call("the start of a bundle", first::startBundle);
  }

  @Override
  public final boolean canSetAside() {
    return !chain.hasBundleMethods();
  }

  @Override
  public final void startBatch(Output<O> to) {
    output = to;
  }

  @Override
  public final void process(long epoch, long eventTime, E event, Instant timestamp) {
    if (!entrance.isOpen(epoch, eventTime)) {
      return;
    }
    forget(); // what is left of an event on which a step threw
    first.process(
        event, entrance.timestamp(eventTime, timestamp), entrance.window(epoch, eventTime));
    try {
      keep();
    } catch (RuntimeException | StackOverflowError e) { // of coders, and of what comes after
      throw RecordException.in(view, Optional.empty(), event, e);
    }
  }

  @Override
  public void finishBundle(Output<O> to) {
    output = to;
    forget();
    call("the end of a bundle", first::finishBundle);
    keep();
    finishBatch();
  }

  @Override
  public final void teardown() {
    if (first != null) {
      first.teardown();
    }
  }

  /** Takes an output of the last step, to be kept or forgotten. */
  abstract void add(Object value, Instant timestamp, BoundedWindow window);

  /** Keeps what was added. */
  abstract void keep();

  /** Forgets what was added and not kept. */
  abstract void forget();

  /** Returns the name of the step whose outputs are {@linkplain #add added}. */
  final String lastStep() {
    return chain.lastStep();
  }

  /** Returns where outputs go now. */
  final Output<O> output() {
    return output;
  }

  private void call(String what, Runnable code) {
    try {
      code.run();
    } catch (StepException e) {
      throw AuthorException.of(view, e.step(), what, AuthorException.origin(e.getCause()));
    }
  }
}
