/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.definition;

import io.anabranch.api.EventFormat;
import io.anabranch.api.UserException;
import io.anabranch.api.WindowedView;
import io.anabranch.api.internal.WindowText;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptions.CheckEnabled;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.runners.TransformHierarchy.Node;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.View.CreatePCollectionView;
import org.apache.beam.sdk.transforms.reflect.DoFnSignature;
import org.apache.beam.sdk.transforms.reflect.DoFnSignatures;
import org.apache.beam.sdk.transforms.windowing.AfterWatermark;
import org.apache.beam.sdk.transforms.windowing.CalendarWindows;
import org.apache.beam.sdk.transforms.windowing.DefaultTrigger;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.Sessions;
import org.apache.beam.sdk.transforms.windowing.SlidingWindows;
import org.apache.beam.sdk.transforms.windowing.TimestampCombiner;
import org.apache.beam.sdk.transforms.windowing.Trigger;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.PValue;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.joda.time.DateTimeZone;

/**
 * Expands the transform of a windowed view on a pipeline that is never run, over unbounded events,
 * and refuses what would make its rows depend on anything but the events before the end of their
 * window: windows that never end, triggers, timers of processing time; and what a stored definition
 * or a savepoint cannot hold on to: unstable names, keys without a deterministic coder.
 */
final class RowGraph<K, V> extends EventGraph<K, V> {
  private static final Pattern UNSTABLE_NAME = Pattern.compile("\\$\\$Lambda|@[0-9a-f]{5,}");

  private static final String FOR_EVER =
      "in the global window, which never ends, so no row of it is ever complete and no lookback is long enough: give the events windows first, with Window.into(...)";
  private static final int LONGEST_MONTH = 31;
  private static final int LONGEST_YEAR = 366;

  private final WindowedView<?, K, V> view;
  private final Map<PValue, Reach> reaches = new HashMap<>();
  private final TreeSet<String> windows = new TreeSet<>();

  private RowGraph(WindowedView<?, K, V> view) {
    super(view.name(), "rows", "end the transform with setCoder(KvCoder.of(keyCoder, valueCoder))");
    this.view = view;
  }

  /**
   * What the graph says of the rows.
   *
   * @param coder their coder
   * @param windows the windows that the transform assigns, in words
   * @param merging whether the windows of the rows merge, and so may be of any length
   */
  record Rows<K, V>(KvCoder<K, V> coder, String windows, boolean merging) {}

  /**
   * How far back, in milliseconds, elements depend on events.
   *
   * @param before before the windows that they are in
   * @param window the length of these windows, as far as it is known
   * @param grouped whether elements of one window have come together
   */
  private record Reach(long before, long window, boolean grouped) {
    static final Reach NONE = new Reach(0, 0, false);

    long total() {
      return before + window;
    }

    Reach and(Reach other) {
      return new Reach(
          Math.max(before, other.before), Math.max(window, other.window), grouped || other.grouped);
    }

    Reach inWindows(long length) {
      return new Reach(grouped ? total() : before, length, false);
    }

    Reach together() {
      return new Reach(before, window, true);
    }
  }

  static <E, K, V> Rows<K, V> check(WindowedView<E, K, V> view, EventFormat<E> events) {
    RowGraph<K, V> graph = new RowGraph<>(view);
    PipelineOptions options = PipelineOptionsFactory.create();
    options.setRunner(NoRunner.class);
    options.setStableUniqueNames(CheckEnabled.ERROR);
    Pipeline pipeline = Pipeline.create(options);
    PCollection<E> input =
        pipeline.apply("Events", new Unbounded<>(events.coder(), new GlobalWindows()));
    graph.startFrom(input);
    graph.reaches.put(input, Reach.NONE);
    try {
      PCollection<KV<K, V>> output = input.apply("Rows", view.rows());
      KvCoder<K, V> coder = graph.coderOf(output);
      pipeline.traverseTopologically(graph);
      graph.requireOwnWindows(output);
      graph.requireLookback(output);
      graph.requireTotals(output);
      graph.requireUniqueNames(pipeline, options);
      boolean merging = !output.getWindowingStrategy().getWindowFn().isNonMerging();
      return new Rows<>(coder, String.join(" ", graph.windows), merging);
    } catch (IllegalStateException
        | IllegalArgumentException
        | UnsupportedOperationException e) { // what Beam's own checks throw
      throw new UserException(graph.ofView() + explain(String.valueOf(e.getMessage())), e);
    }
  }

  /** Says what to do about what Beam refuses while the transform is expanded. */
  private static String explain(String message) {
    if (message.contains("non-bounded PCollection in the GlobalWindow")) {
      return "a step of its transform groups events, or collects them into a side input, %s"
          .formatted(FOR_EVER);
    }
    if (message.contains("must be deterministic")) {
      return "a step of its transform groups by a key whose coder is not deterministic, so equal keys could become two groups; set a deterministic one before it, for instance StringUtf8Coder (%s)"
          .formatted(message);
    }
    return "the transform of its rows cannot be built: " + message;
  }

  /** Beam checks them before it gives a pipeline to a runner. */
  private void requireUniqueNames(Pipeline pipeline, PipelineOptions options) {
    try {
      pipeline.run(options);
    } catch (IllegalStateException e) {
      throw refused(
          "steps of its transform share a name, by which savepoints know them: name each step, as in input.apply(\"Clean\", transform) (%s)",
          e.getMessage());
    }
  }

  @Override
  public CompositeBehavior enterCompositeTransform(Node node) {
    if (UNSTABLE_NAME.matcher(node.getFullName()).find()) {
      throw refused(
          "the name \"%s\" is another one in each process: name the step, as in input.apply(\"Clean\", transform)",
          node.getFullName());
    }
    if (isReshuffle(node)) {
      pass(node);
      return CompositeBehavior.DO_NOT_ENTER_TRANSFORM;
    }
    return CompositeBehavior.ENTER_TRANSFORM;
  }

  @Override
  public void visitPrimitiveTransform(Node node) {
    requireEnds(node);
    if (!pass(node)) {
      return;
    }
    PTransform<?, ?> transform = node.getTransform();
    if (transform instanceof Window.Assign<?> assign) {
      assigned(node, assign.getWindowFn());
    } else if (transform instanceof GroupByKey) {
      requireEnd(node, "groups elements");
      grouped(node);
    } else if (transform instanceof CreatePCollectionView) {
      requireEnd(node, "collects events into a side input");
      grouped(node);
    } else if (transform instanceof ParDo.MultiOutput<?, ?> parDo) {
      visitParDo(node, parDo);
    }
    for (PCollection<?> output : node.getOutputs().values().toArray(new PCollection<?>[0])) {
      requireDefaults(node, output.getWindowingStrategy());
    }
  }

  /** Marks the outputs of a node that has an input from the events, and how far they reach back. */
  private boolean pass(Node node) {
    Reach reach = Reach.NONE;
    for (PValue input : node.getInputs().values()) {
      reach = reach.and(reaches.getOrDefault(input, Reach.NONE));
    }
    boolean touched = spread(node);
    if (touched) {
      set(node, reach);
    }
    return touched;
  }

  private void set(Node node, Reach reach) {
    node.getOutputs().values().forEach(output -> reaches.put(output, reach));
  }

  private Reach reach(Node node) {
    return reaches.get(node.getOutputs().values().iterator().next());
  }

  private void grouped(Node node) {
    if (!node.getOutputs().isEmpty()) {
      set(node, reach(node).together());
    }
  }

  private void assigned(Node node, WindowFn<?, ?> fn) {
    set(node, reach(node).inWindows(length(fn)));
    windows.add(WindowText.withParameters(fn));
  }

  private void visitParDo(Node node, ParDo.MultiOutput<?, ?> parDo) {
    for (PCollectionView<?> sideInput : parDo.getSideInputs().values()) {
      if (isFromEvents(sideInput.getPCollection())) {
        requireSameWindows(node, parDo, sideInput);
      } else {
        requireFixed(node, sideInput);
      }
    }
    DoFn<?, ?> fn = parDo.getFn();
    requireNoSkew(node, fn);
    DoFnSignature signature = DoFnSignatures.signatureForDoFn(fn);
    if (signature.usesState() || signature.usesTimers()) {
      requireEnd(node, signature.usesState() ? "keeps state" : "sets timers");
      requireMerged(node);
      grouped(node);
    }
    if (signature.usesTimers() && !view.allowsProcessingTimeTimers()) {
      requireEventTime(node, fn, signature);
    }
  }

  /** A side window that ends later would bring events into a row that come after its window. */
  @SuppressWarnings("deprecation") // there is no other way to a side input's windows
  private void requireSameWindows(
      Node node, ParDo.MultiOutput<?, ?> parDo, PCollectionView<?> sideInput) {
    WindowFn<?, ?> side = sideInput.getWindowingStrategyInternal().getWindowFn();
    for (PValue input : node.getInputs().values()) {
      boolean main =
          parDo.getSideInputs().values().stream()
              .noneMatch(each -> input.equals(each.getPCollection()));
      if (main
          && input instanceof PCollection<?> collection
          && !collection.getWindowingStrategy().getWindowFn().equals(side)) {
        throw refused(
            node,
            "reads a side input made from the events in other windows than its own: a row may depend on events before the end of its window only, so give both the same windows");
      }
    }
  }

  @SuppressWarnings("deprecation") // there is no other way to a side input's windows
  private void requireFixed(Node node, PCollectionView<?> sideInput) {
    WindowFn<?, ?> fn = sideInput.getWindowingStrategyInternal().getWindowFn();
    if (!(fn instanceof GlobalWindows)) {
      throw refused(
          node,
          "reads a side input that is not made from the events in the windows %s: what an event finds in it would depend on when it is computed. Use a bounded side input in the global window, for instance a map whose keys hold the time",
          fn.getClass().getSimpleName());
    }
  }

  @SuppressWarnings("deprecation") // the only way to know
  private void requireNoSkew(Node node, DoFn<?, ?> fn) {
    if (fn.getAllowedTimestampSkew().getMillis() > 0) {
      throw refused(
          node,
          "may move events back in time (allowed timestamp skew), into windows that are complete already: take the time from the event's format, and leave the skew out");
    }
  }

  private void requireEventTime(Node node, DoFn<?, ?> fn, DoFnSignature signature) {
    boolean byEvents =
        signature.timerDeclarations().values().stream()
                .allMatch(
                    timer ->
                        DoFnSignatures.getTimerSpecOrThrow(timer, fn).getTimeDomain()
                            == TimeDomain.EVENT_TIME)
            && signature.timerFamilyDeclarations().values().stream()
                .allMatch(
                    family ->
                        DoFnSignatures.getTimerFamilySpecOrThrow(family, fn).getTimeDomain()
                            == TimeDomain.EVENT_TIME);
    if (!byEvents) {
      throw refused(
          node,
          "sets timers of processing time: what they make depends on when it is computed, not on the events. Use timers of event time; if these never change a row, say allowProcessingTimeTimers() on the view");
    }
  }

  /** Fails if elements would gather for ever. */
  private void requireEnd(Node node, String what) {
    for (PValue input : node.getInputs().values()) {
      if (input instanceof PCollection<?> collection
          && isFromEvents(input)
          && collection.getWindowingStrategy().getWindowFn() instanceof GlobalWindows) {
        throw refused(node, "%s %s", what, FOR_EVER);
      }
    }
  }

  private void requireMerged(Node node) {
    for (PValue input : node.getInputs().values()) {
      if (input instanceof PCollection<?> collection
          && isFromEvents(input)
          && collection.getWindowingStrategy().needsMerge()) {
        throw refused(
            node,
            "keeps state in windows that merge, such as sessions, which no runner knows how to do: group by key first, or use windows that do not merge");
      }
    }
  }

  private void requireDefaults(Node node, WindowingStrategy<?, ?> strategy) {
    Trigger trigger = strategy.getTrigger();
    if (!(trigger instanceof DefaultTrigger)
        && !(trigger instanceof AfterWatermark.FromEndOfWindow)) {
      throw refused(
          node,
          "has the trigger %s, which gives rows before their window is complete, and other ones in batch: leave triggering(...) out",
          trigger);
    }
    if (strategy.getAllowedLateness().getMillis() > 0) {
      throw refused(
          node,
          "allows a lateness of its own, which may fire windows twice: what comes to it is never late, as lateness(...) of the view says what does; leave withAllowedLateness(...) out");
    }
    if (strategy.getTimestampCombiner() != TimestampCombiner.END_OF_WINDOW) {
      throw refused(
          node,
          "has the timestamp combiner %s, by which a result can be in a window that ends before the events that it is made of: leave withTimestampCombiner(...) out",
          strategy.getTimestampCombiner());
    }
  }

  private void requireOwnWindows(PCollection<?> output) {
    if (!isFromEvents(output)) {
      throw refused(
          "the rows do not stem from the events: apply the transform to its input, and bring in other collections as side inputs");
    }
    if (output.getWindowingStrategy().needsMerge()) {
      throw refused(
          "the rows come out in windows that have not merged, each event in one of its own: group by key after such windows as sessions");
    }
    WindowFn<?, ?> fn = output.getWindowingStrategy().getWindowFn();
    TypeDescriptor<?> type = fn.getWindowTypeDescriptor();
    if (fn instanceof GlobalWindows || !type.isSubtypeOf(TypeDescriptor.of(IntervalWindow.class))) {
      throw refused(
          "the rows come out in %s, but a row is of the window that it comes out in, an interval of event time: end with Window.into(...), for instance FixedWindows",
          fn.getClass().getSimpleName());
    }
  }

  private void requireLookback(PCollection<?> output) {
    Duration least = Duration.ofMillis(reaches.get(output).total());
    Duration lookback = view.timeliness().lookback();
    if (lookback.compareTo(least) < 0) {
      throw refused(
          "the lookback is %s, but its windows reach back %s or more: declare the longest, as in lookback(Duration.parse(\"%s\")); for sessions, the longest session with its gap",
          lookback, least, least);
    }
  }

  /** In windows that overlap, an event is in several rows of one key. */
  private void requireTotals(PCollection<?> output) {
    WindowFn<?, ?> fn = output.getWindowingStrategy().getWindowFn();
    if (view.totals().isPresent()
        && !view.allowsOverlappingTotals()
        && fn.isNonMerging()
        && !fn.assignsToOneWindow()) {
      throw refused(
          "it has totals, but the windows of its rows may overlap (%s), so a sum would count an event once in each of them. Leave totals(...) out, or use windows that do not overlap; if the function gives the same however often an event is in it, as a maximum does, add allowOverlappingTotals()",
          WindowText.withParameters(fn));
    }
  }

  /** Returns the length of windows in milliseconds, 0 if it is not known. */
  private static long length(WindowFn<?, ?> fn) {
    if (fn instanceof FixedWindows fixed) {
      return fixed.getSize().getMillis();
    }
    if (fn instanceof SlidingWindows sliding) {
      return sliding.getSize().getMillis();
    }
    if (fn instanceof CalendarWindows.DaysWindows days) {
      return length(days.getNumber(), days.getTimeZone());
    }
    if (fn instanceof CalendarWindows.MonthsWindows months) {
      return length((long) LONGEST_MONTH * months.getNumber(), months.getTimeZone());
    }
    if (fn instanceof CalendarWindows.YearsWindows years) {
      return length((long) LONGEST_YEAR * years.getNumber(), years.getTimeZone());
    }
    return fn instanceof Sessions sessions ? sessions.getGapDuration().getMillis() + 1 : 0;
  }

  /** The day on which clocks are put back is an hour longer. */
  private static long length(long days, DateTimeZone zone) {
    return Duration.ofDays(days).plusHours(zone.isFixed() ? 0 : 1).toMillis();
  }
}
