/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.internal.workers;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import org.apache.beam.runners.core.DoFnRunner;
import org.apache.beam.runners.core.DoFnRunners;
import org.apache.beam.runners.core.SideInputReader;
import org.apache.beam.runners.core.StateInternals;
import org.apache.beam.runners.core.StepContext;
import org.apache.beam.runners.core.TimerInternals;
import org.apache.beam.runners.core.metrics.MetricsContainerImpl;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.metrics.MetricsContainer;
import org.apache.beam.sdk.metrics.MetricsEnvironment;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.DoFnSchemaInformation;
import org.apache.beam.sdk.transforms.reflect.DoFnInvokers;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.util.SerializableUtils;
import org.apache.beam.sdk.util.WindowedValueMultiReceiver;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.apache.beam.sdk.values.WindowedValue;
import org.apache.beam.sdk.values.WindowedValues;
import org.apache.beam.sdk.values.WindowingStrategy;

/**
 * Runs a {@code DoFn} as workers do that come and go: the elements of a bundle are dealt out to
 * smaller bundles at random, in any order, on several threads; each of these is processed by an
 * instance that is deserialized for it; and now and then by one that dies midway, whose output is
 * thrown away, and then again by another. A function that depends on its elements alone does not
 * notice.
 *
 * @param <I> the input
 * @param <O> the main output
 */
final class FreshFn<I, O> extends DoFn<I, O> {
  private static final long serialVersionUID = 1L;
  private static final int MOST_PARTS = 6;

  private final DoFn<I, O> original;
  private final TupleTag<O> mainTag;
  private final List<TupleTag<?>> additionalTags;
  private final Map<String, PCollectionView<?>> sideInputs;
  private final Coder<I> inputCoder;
  private final Map<TupleTag<?>, Coder<?>> outputCoders;
  private final WindowingStrategy<?, ?> windowing;
  private final long seed;
  private final boolean alone;
  private transient List<Given<I>> bundle;
  private transient PipelineOptions options;

  /** What there is to know of the application of a function. */
  record Application<I, O>(
      DoFn<I, O> original,
      TupleTag<O> mainTag,
      List<TupleTag<?>> additionalTags,
      Map<String, PCollectionView<?>> sideInputs,
      Coder<I> inputCoder,
      Map<TupleTag<?>, Coder<?>> outputCoders,
      WindowingStrategy<?, ?> windowing) {}

  FreshFn(Application<I, O> application, long seed, boolean alone) {
    this.original = application.original();
    this.mainTag = application.mainTag();
    this.additionalTags = application.additionalTags();
    this.sideInputs = application.sideInputs();
    this.inputCoder = application.inputCoder();
    this.outputCoders = application.outputCoders();
    this.windowing = application.windowing();
    this.seed = seed;
    this.alone = alone;
  }

  /** A smaller bundle: its elements, and how many of them a worker processes that dies then. */
  private record Part<I>(List<Given<I>> elements, Optional<Integer> diesAfter) {}

  /** An element, with what it sees of side inputs. */
  private record Given<I>(
      WindowedValue<I> value, Map<PCollectionView<?>, Supplier<?>> sideInputs) {}

  /** An element that a function gave out. */
  private record Output<T>(TupleTag<T> tag, WindowedValue<T> value) {}

  @StartBundle
  public void startBundle(StartBundleContext context) {
    bundle = new ArrayList<>();
    options = context.getPipelineOptions();
  }

  @ProcessElement
  public void process(ProcessContext context, BoundedWindow window, PaneInfo pane) {
    Map<PCollectionView<?>, Supplier<?>> seen = new HashMap<>();
    sideInputs.values().forEach(view -> seen.put(view, read(context, view)));
    bundle.add(
        new Given<>(WindowedValues.of(context.element(), context.timestamp(), window, pane), seen));
  }

  /** Reads a side input now; if it fails, as a single one that is not there, whoever asks fails. */
  private static <T> Supplier<T> read(DoFn<?, ?>.ProcessContext context, PCollectionView<T> view) {
    try {
      T value = context.sideInput(view);
      return () -> value;
    } catch (RuntimeException e) {
      return () -> {
        throw e;
      };
    }
  }

  @FinishBundle
  public void finishBundle(FinishBundleContext context) {
    Random random = new Random(seed ^ ofElements());
    MetricsContainer metrics = MetricsEnvironment.getCurrentContainer(); // of this thread
    List<List<Output<?>>> outputs =
        alone
            ? bundle.stream().map(element -> attempt(List.of(element), true)).toList()
            : WorkerThreads.all(parts(random).stream().map(part -> work(part, metrics)).toList());
    outputs.forEach(part -> part.forEach(output -> emit(context, output)));
    bundle = List.of();
  }

  /** So that bundles are cut in different ways, and a bundle of the same elements in the same. */
  private long ofElements() {
    long number = bundle.size();
    for (Given<I> given : bundle) {
      number = 0x9E3779B97F4A7C15L * (number + given.value().getTimestamp().getMillis());
    }
    return number;
  }

  private Supplier<List<Output<?>>> work(Part<I> part, MetricsContainer metrics) {
    return () -> {
      part.diesAfter()
          .ifPresent(
              count ->
                  counted(
                      new MetricsContainerImpl("lost"),
                      () -> attempt(part.elements().subList(0, count), false)));
      return counted(metrics, () -> attempt(part.elements(), true));
    };
  }

  private static <T> T counted(MetricsContainer metrics, Supplier<T> work) {
    MetricsContainer before = MetricsEnvironment.setCurrentContainer(metrics);
    try {
      return work.get();
    } finally {
      MetricsEnvironment.setCurrentContainer(before);
    }
  }

  private static <O, T> void emit(DoFn<?, O>.FinishBundleContext context, Output<T> output) {
    for (BoundedWindow window : output.value().getWindows()) {
      context.output(
          output.tag(), output.value().getValue(), output.value().getTimestamp(), window);
    }
  }

  /** Deals the bundle out, one element after the other to any of a few parts. */
  private List<Part<I>> parts(Random random) {
    int count = 1 + random.nextInt(Math.max(1, Math.min(bundle.size(), MOST_PARTS)));
    List<List<Given<I>>> dealt = new ArrayList<>();
    for (int part = 0; part < count; part++) {
      dealt.add(new ArrayList<>());
    }
    bundle.forEach(given -> dealt.get(random.nextInt(count)).add(given));
    return dealt.stream()
        .filter(elements -> !elements.isEmpty())
        .map(
            elements ->
                new Part<>(
                    elements,
                    random.nextInt(3) == 0
                        ? Optional.of(random.nextInt(elements.size() + 1))
                        : Optional.empty()))
        .toList();
  }

  private List<Output<?>> attempt(List<Given<I>> part, boolean toTheEnd) {
    List<Output<?>> outputs = new ArrayList<>();
    WindowedValueMultiReceiver receiver =
        new WindowedValueMultiReceiver() {
          @Override
          public <T> void output(TupleTag<T> tag, WindowedValue<T> value) {
            outputs.add(new Output<>(tag, value));
          }
        };
    DoFn<I, O> fresh = SerializableUtils.clone(original);
    DoFnInvokers.tryInvokeSetupFor(fresh, options);
    Seen seen = new Seen();
    DoFnRunner<I, O> runner =
        DoFnRunners.simpleRunner(
            options,
            fresh,
            seen,
            receiver,
            mainTag,
            additionalTags,
            new Stateless(),
            inputCoder,
            outputCoders,
            windowing,
            DoFnSchemaInformation.create(),
            sideInputs);
    try {
      runner.startBundle();
      for (Given<I> given : part) {
        seen.values = given.sideInputs();
        runner.processElement(given.value());
      }
      if (toTheEnd) {
        runner.finishBundle();
      }
      return outputs;
    } finally {
      DoFnInvokers.invokerFor(fresh).invokeTeardown(); // also of one that dies: this process lives
    }
  }

  /** The side inputs of the element that is processed. */
  private static final class Seen implements SideInputReader {
    private Map<PCollectionView<?>, Supplier<?>> values = Map.of();

    @Override
    @SuppressWarnings("unchecked") // the value was read by the same view
    public <T> T get(PCollectionView<T> view, BoundedWindow window) {
      return (T) values.get(view).get();
    }

    @Override
    public <T> boolean contains(PCollectionView<T> view) {
      return values.containsKey(view);
    }

    @Override
    public boolean isEmpty() {
      return values.isEmpty();
    }
  }

  /** Functions with state or timers are not run here. */
  private static final class Stateless implements StepContext {
    @Override
    public StateInternals stateInternals() {
      throw new UnsupportedOperationException("no state");
    }

    @Override
    public TimerInternals timerInternals() {
      throw new UnsupportedOperationException("no timers");
    }
  }

  @Override
  public TypeDescriptor<I> getInputTypeDescriptor() {
    return original.getInputTypeDescriptor();
  }

  @Override
  public TypeDescriptor<O> getOutputTypeDescriptor() {
    return original.getOutputTypeDescriptor();
  }
}
