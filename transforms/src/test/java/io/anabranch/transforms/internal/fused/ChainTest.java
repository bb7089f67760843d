/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.fused;

import static io.anabranch.transforms.testkit.Script.EPOCHS;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.sameInstance;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.transforms.internal.epoch.EpochWindow;
import io.anabranch.transforms.internal.epoch.EpochWindows;
import io.anabranch.transforms.internal.events.StepException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.DoFn.MultiOutputReceiver;
import org.apache.beam.sdk.transforms.Filter;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Which transforms are chains, and that a chain does what a runner would. */
@SuppressWarnings("UnusedVariable") // parameters that a function asks for
class ChainTest {
  private static final EpochWindows<String> WINDOWS =
      EpochWindows.of(EPOCHS, Duration.ofMinutes(1));
  private static final EpochWindow WINDOW = WINDOWS.window(100, 0);
  private static final Instant AT = Instant.ofEpochMilli(5);
  private static final TupleTag<String> MAIN = new TupleTag<>("main") {};
  private static final TupleTag<String> OTHER = new TupleTag<>("other") {};

  /** A transform of texts that is written as a function. */
  private interface Texts {
    PCollection<?> expand(PCollection<String> texts);
  }

  private static PTransform<PCollection<String>, PCollection<?>> transform(Texts texts) {
    return new PTransform<>() {
      @Override
      public PCollection<?> expand(PCollection<String> input) {
        return texts.expand(input);
      }
    };
  }

  private static Optional<Chain> chain(Texts texts) {
    return Chain.of(
        transform(texts),
        StringUtf8Coder.of(),
        WINDOWS,
        IsBounded.BOUNDED,
        PipelineOptionsFactory.create());
  }

  static Stream<Arguments> transforms() {
    return Stream.of(
        of("map", true, texts -> texts.apply(upper())),
        of("filter", true, texts -> texts.apply(Filter.by(text -> !text.isEmpty()))),
        of("keys", true, texts -> texts.apply(WithKeys.of("k"))),
        of("several", true, texts -> texts.apply("A", upper()).apply("B", upper())),
        of("process context", true, texts -> texts.apply(ParDo.of(new ContextFn()))),
        of("bundles", true, texts -> texts.apply(ParDo.of(new BundleFn()))),
        of(
            "one output of a tag",
            true,
            texts ->
                texts
                    .apply(ParDo.of(new TaggedFn()).withOutputTags(MAIN, TupleTagList.empty()))
                    .get(MAIN)),
        of("nothing", false, texts -> texts),
        of(
            "two outputs",
            false,
            texts ->
                texts
                    .apply(ParDo.of(new TaggedFn()).withOutputTags(MAIN, TupleTagList.of(OTHER)))
                    .get(MAIN)),
        of(
            "a side input",
            false,
            texts ->
                texts.apply(
                    ParDo.of(new ContextFn())
                        .withSideInputs(
                            texts
                                .getPipeline()
                                .apply("Side", Create.of("s"))
                                .apply(View.asList())))),
        of(
            "two branches",
            false,
            texts ->
                PCollectionList.of(texts.apply("A", upper()))
                    .and(texts.apply("B", upper()))
                    .apply(Flatten.pCollections())),
        of(
            "a branch that is left behind",
            false,
            texts -> {
              texts.apply("A", upper());
              return texts.apply("B", upper());
            }),
        of("a shuffle", false, texts -> texts.apply(upper()).apply(Reshuffle.viaRandomKey())),
        of("a grouping", false, texts -> texts.apply(WithKeys.of("k")).apply(GroupByKey.create())),
        of("state", false, texts -> texts.apply(WithKeys.of("k")).apply(ParDo.of(new StateFn()))),
        of("stable input", false, texts -> texts.apply(ParDo.of(new StableFn()))),
        of(
            "sorted input",
            false,
            texts -> texts.apply(WithKeys.of("k")).apply(ParDo.of(new SortedFn()))),
        of("bundle finalizer", false, texts -> texts.apply(ParDo.of(new FinalizerFn()))));
  }

  private static Arguments of(String name, boolean isChain, Texts texts) {
    return Arguments.of(name, isChain, texts);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("transforms")
  void isAChainIfEachStepHasOneWayThrough(String name, boolean isChain, Object texts) {
    assertThat(chain((Texts) texts).filter(Chain::isWhole).isPresent(), is(isChain));
  }

  static Stream<Arguments> beginnings() {
    return Stream.of(
        begins("Last", texts -> texts.apply("First", upper()).apply("Last", upper())),
        begins(
            "Shuffle/", // which begins with a plain step of Beam's
            texts -> texts.apply("Upper", upper()).apply("Shuffle", Reshuffle.viaRandomKey())),
        begins(
            "Upper",
            texts -> {
              PCollection<String> upper = texts.apply("Upper", upper());
              return PCollectionList.of(upper.apply("A", upper()))
                  .and(upper.apply("B", upper()))
                  .apply(Flatten.pCollections());
            }),
        begins(
            "Upper",
            texts -> {
              PCollection<String> upper = texts.apply("Upper", upper());
              upper.apply("LeftBehind", upper());
              return upper;
            }),
        begins(
            "Key",
            texts ->
                texts
                    .apply("Key", WithKeys.of("k"))
                    .apply("Window", Window.into(FixedWindows.of(org.joda.time.Duration.millis(5))))
                    .apply("Group", GroupByKey.create())));
  }

  private static Arguments begins(String last, Texts texts) {
    return Arguments.of(last, texts);
  }

  @Test
  void stepsBeforeOneThatMayKeepEventsCanBeTakenAlone() {
    Chain chain =
        chain(
                texts ->
                    texts
                        .apply("First", upper())
                        .apply("Bundle", ParDo.of(new BundleFn()))
                        .apply("Last", upper()))
            .orElseThrow();

    assertThat(chain.hasBundleMethods(), is(true));
    assertThat(chain.beforeBundles().orElseThrow().lastStep(), startsWith("First"));
    assertThat(chain.beforeBundles().orElseThrow().isWhole(), is(false));
    assertThat(chain.beforeBundles().orElseThrow().hasBundleMethods(), is(false));
    assertThat(
        chain(texts -> texts.apply(ParDo.of(new BundleFn()))).orElseThrow().beforeBundles(),
        is(Optional.empty()));
  }

  /** As far as each step has one way through. */
  @ParameterizedTest
  @MethodSource("beginnings")
  void beginsWithPlainSteps(String last, Object texts) {
    assertThat(chain((Texts) texts).orElseThrow().lastStep(), startsWith(last));
  }

  @Test
  void stepsAreCalledOneAfterTheOtherWithWhatARunnerGives() {
    Calls calls = new Calls(texts -> texts.apply(ParDo.of(new ContextFn())).apply(upper()));

    calls.stage.startBundle();
    calls.stage.process("a", AT, WINDOW);
    calls.stage.process("b", Instant.ofEpochMilli(6), WINDOW);
    calls.stage.finishBundle();
    calls.stage.teardown();

    assertThat(
        calls.given,
        contains(
            "A AT 1970-01-01T00:00:00.005Z NO_FIRING @1970-01-01T00:00:00.005Z",
            "B AT 1970-01-01T00:00:00.006Z NO_FIRING @1970-01-01T00:00:00.006Z"));
  }

  @Test
  void functionsThatGiveOutAtTheEndOfABundleDoSoBeforeTheNextEnds() {
    Calls calls =
        new Calls(
            texts ->
                texts
                    .apply("First", ParDo.of(new BundleFn()))
                    .apply("Second", ParDo.of(new BundleFn())));

    for (int bundle = 0; bundle < 2; bundle++) {
      calls.stage.startBundle();
      calls.stage.process("a", AT, WINDOW);
      calls.stage.process("b", AT, WINDOW);
      calls.stage.finishBundle();
    }

    assertThat(
        calls.given, contains("ab @1970-01-01T00:00:00.005Z", "ab @1970-01-01T00:00:00.005Z"));
  }

  @Test
  void outputOfATagIsThatOfTheStep() {
    Calls calls =
        new Calls(
            texts ->
                texts
                    .apply(
                        "Tag", ParDo.of(new TaggedFn()).withOutputTags(MAIN, TupleTagList.empty()))
                    .get(MAIN));

    calls.stage.startBundle();
    calls.stage.process("a", AT, WINDOW);

    assertThat(calls.given, contains("a @1970-01-01T00:00:00.005Z"));
    StepException error =
        assertThrows(StepException.class, () -> calls.stage.process("other", AT, WINDOW));
    assertThat(error.getCause().getCause().getMessage(), is("step Tag has no output Tag<other>"));
  }

  @Test
  void timestampBeforeThatOfTheInputIsRefusedAsByARunner() {
    Calls calls = new Calls(texts -> texts.apply("Back", ParDo.of(new BackFn())));
    calls.stage.startBundle();

    StepException error =
        assertThrows(StepException.class, () -> calls.stage.process("a", AT, WINDOW));

    assertThat(error.step(), is("Back"));
  }

  @Test
  void stepThatThrowsIsNamed() {
    Calls calls =
        new Calls(texts -> texts.apply("Upper", upper()).apply("Throw", ParDo.of(new ThrowFn())));
    calls.stage.startBundle();

    StepException error =
        assertThrows(StepException.class, () -> calls.stage.process("a", AT, WINDOW));

    assertThat(error.step(), is("Throw"));
    assertThat(error.getCause().getCause().getMessage(), is("A"));
  }

  /** A runner does not call one step from within another, so none could catch it there. */
  @Test
  void errorOfALaterStepCannotBeCaughtByOneBefore() {
    Calls calls =
        new Calls(
            texts ->
                texts
                    .apply("Catch", ParDo.of(new CatchFn()))
                    .apply("Throw", ParDo.of(new ThrowFn())));
    calls.stage.startBundle();

    StepException error =
        assertThrows(StepException.class, () -> calls.stage.process("a", AT, WINDOW));

    assertThat(error.step(), is("Throw"));
    assertThat(error.getCause().getCause().getMessage(), is("a"));
  }

  /** The next event begins anew. */
  @Test
  void stepsGoOnAfterAnEventOnWhichOneThrew() {
    Calls calls =
        new Calls(
            texts ->
                texts
                    .apply("Catch", ParDo.of(new CatchFn()))
                    .apply("Throw", ParDo.of(new ThrowFn()))
                    .apply("Bundle", ParDo.of(new BundleFn())));
    calls.stage.startBundle();

    assertThrows(StepException.class, () -> calls.stage.process("a", AT, WINDOW));
    calls.stage.process("", AT, WINDOW);
    assertThrows(StepException.class, () -> calls.stage.process("b", AT, WINDOW));
    calls.stage.finishBundle();

    assertThat(calls.given, contains(" @1970-01-01T00:00:00.005Z"));
  }

  @Test
  void windowIsThatOfTheEvent() {
    List<BoundedWindow> windows = new ArrayList<>();
    Stage stage =
        chain(texts -> texts.apply(upper()))
            .orElseThrow()
            .start(
                PipelineOptionsFactory.create(),
                (element, timestamp, window) -> windows.add(window));
    stage.setup();
    stage.startBundle();

    stage.process("a", AT, WINDOW);

    assertThat(windows.get(0), is(sameInstance(WINDOW)));
  }

  /** A chain and what it gives out. */
  private static final class Calls {
    final List<String> given = new ArrayList<>();
    final Stage stage;

    Calls(Texts texts) {
      PipelineOptions options = PipelineOptionsFactory.create();
      stage =
          chain(texts)
              .orElseThrow()
              .start(
                  options, (element, timestamp, window) -> given.add(element + " @" + timestamp));
      stage.setup();
    }
  }

  private static MapElements<String, String> upper() {
    return MapElements.into(TypeDescriptors.strings())
        .via(text -> text.toUpperCase(java.util.Locale.ROOT));
  }

  private static final class ContextFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(ProcessContext context, PipelineOptions options, PaneInfo pane) {
      String firing = pane.equals(context.pane()) && options != null ? "no_firing" : "?";
      context.output(context.element() + " at " + context.timestamp() + " " + firing);
    }
  }

  /** Gives out at the end of a bundle what it got. */
  private static final class BundleFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;
    private transient StringBuilder all;
    private transient BoundedWindow window;

    @StartBundle
    public void startBundle(StartBundleContext context) {
      all = new StringBuilder();
    }

    @ProcessElement
    public void process(@Element String text, BoundedWindow in) {
      all.append(text);
      window = in;
    }

    @FinishBundle
    public void finishBundle(FinishBundleContext context) {
      context.output(all.toString(), AT, window);
    }
  }

  private static final class TaggedFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element String text, MultiOutputReceiver out) {
      out.get(text.equals("other") ? OTHER : MAIN).output(text);
    }
  }

  private static final class BackFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element String text, @Timestamp Instant at, OutputReceiver<String> out) {
      out.outputWithTimestamp(text, Instant.ofEpochMilli(at.getMillis() - 1));
    }
  }

  private static final class ThrowFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element String text, OutputReceiver<String> out) {
      if (!text.isEmpty()) {
        throw new IllegalStateException(text);
      }
      out.output(text);
    }
  }

  private static final class CatchFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element String text, OutputReceiver<String> out) {
      try {
        out.output(text);
      } catch (RuntimeException e) {
        out.output("instead");
      }
    }
  }

  private static final class StateFn extends DoFn<KV<String, String>, String> {
    private static final long serialVersionUID = 1L;

    @StateId("s")
    private final StateSpec<ValueState<Long>> spec = StateSpecs.value(VarLongCoder.of());

    @ProcessElement
    public void process(@StateId("s") ValueState<Long> state, OutputReceiver<String> out) {}
  }

  private static final class StableFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;

    @RequiresStableInput
    @ProcessElement
    public void process(@Element String text, OutputReceiver<String> out) {}
  }

  private static final class SortedFn extends DoFn<KV<String, String>, String> {
    private static final long serialVersionUID = 1L;

    @StateId("s")
    private final StateSpec<ValueState<Long>> spec = StateSpecs.value(VarLongCoder.of());

    @RequiresTimeSortedInput
    @ProcessElement
    public void process(@Element KV<String, String> text, OutputReceiver<String> out) {}
  }

  private static final class FinalizerFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(
        @Element String text, BundleFinalizer finalizer, OutputReceiver<String> out) {}
  }
}
