/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.fused;

import io.anabranch.transforms.internal.events.StepException;
import java.util.Collection;
import java.util.List;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.DoFn.MultiOutputReceiver;
import org.apache.beam.sdk.transforms.DoFn.OutputReceiver;
import org.apache.beam.sdk.transforms.reflect.DoFnInvoker;
import org.apache.beam.sdk.transforms.reflect.DoFnInvokers;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.values.OutputBuilder;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.WindowedValues;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Instant;

/**
 * Calls one function of an author as a runner does, an element at a time, and hands its output to
 * the next one at once. Not thread-safe, as a {@code DoFn} is not.
 *
 * <p>So an error of a later function comes up through this one, which may catch it; it is thrown
 * again then, as a runner would have failed.
 */
final class Stage extends DoFnInvoker.BaseArgumentProvider<Object, Object>
    implements OutputReceiver<Object>, MultiOutputReceiver {
  private final String step;
  private final DoFn<Object, Object> fn;
  private final DoFnInvoker<Object, Object> invoker;
  private final TupleTag<?> tag;
  private final PipelineOptions options;
  private final Receiver receiver;
  private final @Nullable Stage next;
  private final Context context;
  private @Nullable Object element;
  private Instant timestamp = BoundedWindow.TIMESTAMP_MIN_VALUE;
  private @Nullable BoundedWindow window;
  private @Nullable RuntimeException failure;

  /** Takes elements. */
  interface Receiver {
    void accept(Object element, Instant timestamp, BoundedWindow window);
  }

  /**
   * Creates one.
   *
   * @param tag the output of the function
   * @param receiver takes what the last function gives out
   * @param next the function after this one, null if it is the last
   */
  Stage(
      String step,
      DoFn<Object, Object> fn,
      TupleTag<?> tag,
      PipelineOptions options,
      Receiver receiver,
      @Nullable Stage next) {
    this.step = step;
    this.fn = fn;
    this.invoker = DoFnInvokers.invokerFor(fn);
    this.tag = tag;
    this.options = options;
    this.receiver = next == null ? receiver : next::process;
    this.next = next;
    this.context = new Context(fn);
  }

  void setup() {
    if (next != null) {
      next.setup();
    }
    call(() -> DoFnInvokers.tryInvokeSetupFor(fn, options));
  }

  void startBundle() {
    failure = null;
    if (next != null) {
      next.startBundle();
    }
    call(() -> invoker.invokeStartBundle(this));
  }

  void process(Object value, Instant at, BoundedWindow in) {
    failure = null;
    element = value;
    timestamp = at;
    window = in;
    call(() -> invoker.invokeProcessElement(this));
  }

  void finishBundle() {
    failure = null;
    call(() -> invoker.invokeFinishBundle(this));
    if (next != null) {
      next.finishBundle();
    }
  }

  void teardown() {
    try {
      invoker.invokeTeardown();
    } finally {
      if (next != null) {
        next.teardown();
      }
    }
  }

  /** Calls the author's code, which knows neither of this class nor of the step's name. */
  private void call(Runnable code) {
    try {
      code.run();
    } catch (RuntimeException | StackOverflowError e) {
      throw failure != null ? failure : new StepException(step, e);
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** After an error of a later function, nothing more of the event is handed on. */
  private void handOn(Object value, Instant at, BoundedWindow in) {
    if (failure != null) {
      throw failure;
    }
    try {
      receiver.accept(value, at, in);
    } catch (RuntimeException e) {
      failure = e;
      throw e;
    }
  }

  // what a function asks for

  @Override
  public @Nullable Object element(DoFn<Object, Object> of) {
    return element;
  }

  @Override
  public Instant timestamp(DoFn<Object, Object> of) {
    return timestamp;
  }

  @Override
  public @Nullable BoundedWindow window() {
    return window;
  }

  @Override
  public PaneInfo paneInfo(DoFn<Object, Object> of) {
    return PaneInfo.NO_FIRING;
  }

  @Override
  public PipelineOptions pipelineOptions() {
    return options;
  }

  @Override
  public OutputReceiver<Object> outputReceiver(DoFn<Object, Object> of) {
    return this;
  }

  @Override
  public MultiOutputReceiver taggedOutputReceiver(DoFn<Object, Object> of) {
    return this;
  }

  @Override
  public DoFn<Object, Object>.ProcessContext processContext(DoFn<Object, Object> of) {
    return context;
  }

  @Override
  public DoFn<Object, Object>.StartBundleContext startBundleContext(DoFn<Object, Object> of) {
    return new Start(fn);
  }

  @Override
  public DoFn<Object, Object>.FinishBundleContext finishBundleContext(DoFn<Object, Object> of) {
    return new Finish(fn);
  }

  @Override
  public String getErrorContext() {
    return step;
  }

  // what a function gives out

  @Override
  public void output(Object value) {
    handOn(value, timestamp, window);
  }

  @Override
  public void outputWithTimestamp(Object value, Instant at) {
    requireNotEarlier(at);
    handOn(value, at, window);
  }

  @Override
  public void outputWindowedValue(
      Object value, Instant at, Collection<? extends BoundedWindow> windows, PaneInfo pane) {
    requireNotEarlier(at);
    windows.forEach(each -> handOn(value, at, each));
  }

  @Override
  public OutputBuilder<Object> builder(Object value) {
    return WindowedValues.builder()
        .setValue(value)
        .setTimestamp(timestamp)
        .setWindows(List.of(window))
        .setPaneInfo(PaneInfo.NO_FIRING)
        .setReceiver(
            out ->
                outputWindowedValue(
                    out.getValue(), out.getTimestamp(), out.getWindows(), out.getPaneInfo()));
  }

  /** As Beam's own runners do. */
  @SuppressWarnings("deprecation") // Beam asks it still
  private void requireNotEarlier(Instant at) {
    if (at.isBefore(timestamp.minus(fn.getAllowedTimestampSkew()))) {
      throw new IllegalArgumentException(
          "Cannot output with timestamp %s: it is earlier than the timestamp of the input, %s"
              .formatted(at, timestamp));
    }
  }

  @Override
  @SuppressWarnings("unchecked") // the one output has the type of its tag
  public <T> OutputReceiver<T> get(TupleTag<T> of) {
    if (!of.equals(tag)) {
      throw new IllegalArgumentException("step " + step + " has no output " + of);
    }
    return (OutputReceiver<T>) this;
  }

  @Override
  public <T> OutputReceiver<Row> getRowReceiver(TupleTag<T> of) {
    throw new UnsupportedOperationException("rows are for steps that the runner calls");
  }

  private final class Start extends DoFn<Object, Object>.StartBundleContext {
    Start(DoFn<Object, Object> of) {
      of.super();
    }

    @Override
    public PipelineOptions getPipelineOptions() {
      return options;
    }
  }

  private final class Finish extends DoFn<Object, Object>.FinishBundleContext {
    Finish(DoFn<Object, Object> of) {
      of.super();
    }

    @Override
    public PipelineOptions getPipelineOptions() {
      return options;
    }

    @Override
    public void output(Object value, Instant at, BoundedWindow in) {
      handOn(value, at, in);
    }

    @Override
    public <T> void output(TupleTag<T> to, T value, Instant at, BoundedWindow in) {
      get(to);
      handOn(value, at, in);
    }
  }

  private final class Context extends DoFn<Object, Object>.ProcessContext {
    Context(DoFn<Object, Object> of) {
      of.super();
    }

    @Override
    public @Nullable Object element() {
      return element;
    }

    @Override
    public <T> T sideInput(PCollectionView<T> view) {
      throw new IllegalArgumentException("step " + step + " was given no side input");
    }

    @Override
    public Instant timestamp() {
      return timestamp;
    }

    @Override
    public PaneInfo pane() {
      return PaneInfo.NO_FIRING;
    }

    @Override
    public @Nullable String currentRecordId() {
      return null;
    }

    @Override
    public @Nullable Long currentRecordOffset() {
      return null;
    }

    @Override
    public PipelineOptions getPipelineOptions() {
      return options;
    }

    @Override
    public void output(Object value) {
      Stage.this.output(value);
    }

    @Override
    public void outputWithTimestamp(Object value, Instant at) {
      Stage.this.outputWithTimestamp(value, at);
    }

    @Override
    public void outputWindowedValue(
        Object value, Instant at, Collection<? extends BoundedWindow> in, PaneInfo pane) {
      Stage.this.outputWindowedValue(value, at, in, pane);
    }

    @Override
    public <T> void output(TupleTag<T> to, T value) {
      get(to).output(value);
    }

    @Override
    public <T> void outputWithTimestamp(TupleTag<T> to, T value, Instant at) {
      get(to).outputWithTimestamp(value, at);
    }

    @Override
    public <T> void outputWindowedValue(
        TupleTag<T> to,
        T value,
        Instant at,
        Collection<? extends BoundedWindow> in,
        PaneInfo pane) {
      get(to).outputWindowedValue(value, at, in, pane);
    }
  }
}
