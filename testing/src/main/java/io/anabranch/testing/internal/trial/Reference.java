/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.internal.trial;

import io.anabranch.api.Epochs;
import io.anabranch.api.KeyText;
import io.anabranch.api.UserException;
import io.anabranch.api.definition.CombinedDefinition;
import io.anabranch.api.definition.WindowedDefinition;
import io.anabranch.testing.internal.laws.Values;
import io.anabranch.testing.internal.workers.FreshWorkers;
import io.anabranch.testing.internal.workers.StaticFields;
import io.anabranch.transforms.internal.epoch.EpochEvent;
import io.anabranch.transforms.internal.epoch.EpochEventCoder;
import io.anabranch.transforms.internal.epoch.EpochWindow;
import io.anabranch.transforms.internal.epoch.EpochWindows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TimestampedValue;

/**
 * What a view must say of events. Of a combined view: what the author's transform says of each
 * event alone, folded by one plain loop, without epochs or layers. Of a windowed view: what the
 * author's transform says of all events at once, in one bounded pipeline.
 *
 * @param <K> the key of a row
 * @param <V> a contribution
 * @param <O> the value of a row
 */
final class Reference<K, V, O> {
  /** Epochs by which events are distinguished; they lie after every event. */
  private static final Epochs SINGLE = new Epochs(Duration.ofSeconds(1));

  private static final long FIRST = 250_000_000_000L; // in the year 9892

  /** So many contributions are looked at before anything runs. */
  private static final int SAMPLE = 100;

  private final List<List<Contribution>> contributions;
  private final Coder<KV<K, V>> coder;
  private final CombineFn<V, ?, O> combineFn;
  private final Set<String> statics;

  /** Of a windowed view: the rows of some of the events, by the places of these. */
  private final Map<List<Integer>, List<Contribution>> rows = new ConcurrentHashMap<>();

  private final Function<List<Integer>, List<Contribution>> computeRows;

  private Reference(
      List<List<Contribution>> contributions,
      Coder<KV<K, V>> coder,
      CombineFn<V, ?, O> combineFn,
      Set<String> statics,
      Function<List<Integer>, List<Contribution>> computeRows) {
    this.contributions = contributions;
    this.coder = coder;
    this.combineFn = combineFn;
    this.statics = statics;
    this.computeRows = computeRows;
  }

  /** What an event adds to a row, or a row of a window. */
  private record Contribution(Collected.Element element, long start, long end) {
    static Contribution of(Collected.Element element) {
      IntervalWindow window = (IntervalWindow) element.window();
      return new Contribution(element, window.start().getMillis(), window.end().getMillis());
    }
  }

  /**
   * Asks an author's transform.
   *
   * @param options of a runner that runs in this process
   */
  static <E, K, V, A, O> Reference<K, V, O> of(
      Subject<E, K, V, A, O> subject, PipelineOptions options) {
    Pipeline pipeline = Pipeline.create(options);
    return subject
        .view()
        .match(
            combined -> combined(subject, combined, pipeline),
            windowed -> windowed(subject, windowed, pipeline));
  }

  private static <E, K, V, A, O> Reference<K, V, O> combined(
      Subject<E, K, V, A, O> subject,
      CombinedDefinition<TimestampedValue<E>, K, V, A, O> view,
      Pipeline pipeline) {
    List<TimestampedValue<EpochEvent<TimestampedValue<E>>>> numbered = new ArrayList<>();
    List<List<Contribution>> contributions = new ArrayList<>();
    for (TimestampedValue<E> event : subject.events()) {
      numbered.add(
          TimestampedValue.of(
              new EpochEvent<>(FIRST + numbered.size(), event.getTimestamp().getMillis(), event),
              event.getTimestamp()));
      contributions.add(new ArrayList<>());
    }
    PCollection<KV<K, V>> all =
        pipeline
            .apply(Create.timestamped(numbered).withCoder(EpochEventCoder.of(subject.coder())))
            .apply(Window.into(EpochWindows.<TimestampedValue<E>>of(SINGLE, view.bucket())))
            .apply("Event", ParDo.of(new EventFn<>()))
            .setCoder(subject.coder())
            .apply("Contributions", view.contributions())
            .setCoder(view.contributionCoder());
    for (Contribution each : run(all)) {
      EpochWindow window = (EpochWindow) each.element().window();
      contributions.get((int) (window.epoch() - FIRST)).add(each);
    }
    return new Reference<>(
        contributions,
        view.contributionCoder(),
        view.combineFn(),
        statics(pipeline, subject),
        events -> List.of());
  }

  private static <E, K, V, A, O> Reference<K, V, O> windowed(
      Subject<E, K, V, A, O> subject,
      WindowedDefinition<TimestampedValue<E>, K, V> view,
      Pipeline pipeline) {
    return new Reference<>(
        List.of(rows(subject, view, pipeline, subject.events())),
        view.rowCoder(),
        subject.view().combineFn(),
        statics(pipeline, subject),
        events ->
            rows(
                subject,
                view,
                Pipeline.create(FreshWorkers.alone(subject.options().get())),
                events.stream().map(subject.events()::get).toList()));
  }

  private static <E, K, V> List<Contribution> rows(
      Subject<E, K, V, ?, ?> subject,
      WindowedDefinition<TimestampedValue<E>, K, V> view,
      Pipeline pipeline,
      List<TimestampedValue<E>> events) {
    List<TimestampedValue<TimestampedValue<E>>> timed =
        events.stream().map(event -> TimestampedValue.of(event, event.getTimestamp())).toList();
    return run(
        pipeline
            .apply(Create.timestamped(timed).withCoder(subject.coder()))
            .apply("Rows", view.rows())
            .setCoder(view.rowCoder()));
  }

  private static List<Contribution> run(PCollection<?> all) {
    return Collected.run(all).stream().map(Contribution::of).toList();
  }

  private static Set<String> statics(Pipeline pipeline, Subject<?, ?, ?, ?, ?> subject) {
    return StaticFields.of(pipeline, subject.view().combineFn().getClass());
  }

  private static final class EventFn<E> extends DoFn<EpochEvent<E>, E> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element EpochEvent<E> event, OutputReceiver<E> out) {
      out.output(event.value());
    }
  }

  /** Returns the rows of a combined view that some of the events make, in the order of these. */
  Map<RowName, O> fold(Collection<Integer> events) {
    return fold(
        combineFn,
        events.stream().flatMap(event -> contributions.get(event).stream()).toList(),
        end -> true);
  }

  /**
   * Returns the rows of a windowed view that some of the events make, of windows whose ends, in ms,
   * are complete.
   */
  Map<RowName, O> windows(Set<Integer> events, LongPredicate complete) {
    return fold(
        combineFn, rows.computeIfAbsent(events.stream().sorted().toList(), computeRows), complete);
  }

  private <A> Map<RowName, O> fold(
      CombineFn<V, A, O> function, List<Contribution> all, LongPredicate complete) {
    Map<RowName, A> accumulators = new TreeMap<>();
    for (Contribution each : all) {
      if (complete.test(each.end())) {
        KV<K, V> contribution = each.element().decoded(coder);
        accumulators.compute(
            RowName.of(each.start(), each.end(), contribution.getKey()),
            (row, accumulator) ->
                function.addInput(
                    accumulator == null ? function.createAccumulator() : accumulator,
                    contribution.getValue()));
      }
    }
    Map<RowName, O> values = new TreeMap<>();
    accumulators.forEach(
        (row, accumulator) -> values.put(row, function.extractOutput(accumulator)));
    return values;
  }

  /**
   * Returns the first event of which another one says something else, and both; in words.
   *
   * @param within the relative difference of numbers that does not count, 0 to 1
   */
  Optional<String> difference(Reference<K, V, O> other, double within) {
    for (int event = 0; event < contributions.size(); event++) {
      List<Said> here = said(contributions.get(event));
      List<Said> there = other.said(other.contributions.get(event));
      boolean same =
          here.size() == there.size()
              && IntStream.range(0, here.size())
                  .allMatch(i -> here.get(i).agrees(there.get(i), within));
      if (!same) {
        List<String> one = here.stream().map(Said::text).toList();
        List<String> two = there.stream().map(Said::text).toList();
        return Optional.of("once it said " + some(one, two) + ", then " + some(two, one));
      }
    }
    return Optional.empty();
  }

  /** A contribution in words, and its value. */
  private record Said(String name, String value, Object object) {
    String text() {
      return name + ": " + value;
    }

    boolean agrees(Said other, double within) {
      return name.equals(other.name)
          && (value.equals(other.value) || Values.agree(object, other.object, within));
    }
  }

  /** Returns the first of those that the others are not. */
  private static String some(List<String> texts, List<String> others) {
    List<String> left = new ArrayList<>(texts);
    others.forEach(left::remove);
    return left.isEmpty() ? "nothing" : "\"" + left.get(0) + "\"";
  }

  private List<Said> said(List<Contribution> of) {
    return of.stream().map(this::said).sorted(Comparator.comparing(Said::text)).toList();
  }

  /** Of a value that says something else each time it is decoded, its encoding is printed. */
  private Said said(Contribution of) {
    V value = of.element().decoded(coder).getValue();
    String text = Values.text(value);
    boolean isStable = text.equals(Values.text(of.element().decoded(coder).getValue()));
    return new Said(
        name(of).toString(), isStable ? text : "encoded, " + of.element().encoded(), value);
  }

  /**
   * Fails if keys or values cannot be distinguished.
   *
   * @throws UserException if a key has no text, or a value neither {@code equals} nor a text
   */
  void requireComparable() {
    for (Contribution each : contributions.stream().flatMap(List::stream).limit(SAMPLE).toList()) {
      String key = KeyText.of(each.element().decoded(coder).getKey());
      if (!key.equals(KeyText.of(each.element().decoded(coder).getKey()))) {
        throw new UserException(
            "a key is " + key + " once and another text the next time: give its class a toString");
      }
    }
    Map<RowName, O> values;
    try {
      values =
          fold(
              combineFn,
              contributions.stream().flatMap(List::stream).limit(SAMPLE).toList(),
              end -> true);
    } catch (RuntimeException e) { // then a schedule will show it
      return;
    }
    for (O value : values.values()) {
      if (!Values.canBeCompared(value)) {
        throw new UserException(
            "values are of %s, which has neither equals nor toString, so they cannot be compared: give it equals"
                .formatted(value.getClass()));
      }
    }
  }

  private RowName name(Contribution of) {
    return RowName.of(of.start(), of.end(), of.element().decoded(coder).getKey());
  }

  /** Returns whether a windowed view says different things of an event alone, and of it again. */
  boolean changesAlone(int event, double within) {
    Reference<K, V, O> once = only(computeRows.apply(List.of(event)));
    return once.difference(only(computeRows.apply(List.of(event))), within).isPresent();
  }

  /** Returns what a windowed view says of some events in this order. */
  Reference<K, V, O> inOrder(List<Integer> events) {
    return only(computeRows.apply(events));
  }

  private Reference<K, V, O> only(List<Contribution> some) {
    return new Reference<>(List.of(some), coder, combineFn, statics, computeRows);
  }

  /** Returns all keys. */
  List<K> keys() {
    return contributions.stream()
        .flatMap(List::stream)
        .map(each -> each.element().decoded(coder).getKey())
        .toList();
  }

  /** Returns the contributions to those rows that have the most, decoded anew at each call. */
  List<Supplier<List<V>>> largestRows(int count) {
    return largest(count, each -> Optional.of(name(each)));
  }

  /** Returns the contributions to one row, decoded anew at each call; nothing if there are none. */
  List<Supplier<List<V>>> row(RowName row) {
    return largest(1, each -> Optional.of(name(each)).filter(row::equals));
  }

  /** Returns the values of those keys that have the most windows, decoded anew at each call. */
  List<Supplier<List<V>>> largestKeys(int count) {
    return largest(count, each -> Optional.of(KeyText.of(each.element().decoded(coder).getKey())));
  }

  private <N> List<Supplier<List<V>>> largest(int count, Function<Contribution, Optional<N>> by) {
    Map<N, List<Contribution>> groups = new TreeMap<>();
    contributions.stream()
        .flatMap(List::stream)
        .forEach(
            each ->
                by.apply(each)
                    .ifPresent(
                        group ->
                            groups.computeIfAbsent(group, absent -> new ArrayList<>()).add(each)));
    return groups.values().stream()
        .sorted(Comparator.comparingInt((List<Contribution> row) -> -row.size()))
        .limit(count)
        .<Supplier<List<V>>>map(
            row ->
                () -> row.stream().map(each -> each.element().decoded(coder).getValue()).toList())
        .toList();
  }

  /** Returns which events contribute to a row; nobody knows it of a windowed view. */
  Set<Integer> contributing(RowName row) {
    Set<Integer> events = new TreeSet<>();
    for (int event = 0; event < contributions.size(); event++) {
      if (contributions.get(event).stream().map(this::name).anyMatch(row::equals)) {
        events.add(event);
      }
    }
    return events;
  }

  /** Returns static fields of the author's classes that may change. */
  Set<String> statics() {
    return statics;
  }
}
