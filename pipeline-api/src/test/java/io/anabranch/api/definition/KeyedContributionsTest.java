/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.definition;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.CombinedView;
import io.anabranch.api.EventFormat;
import io.anabranch.api.MaterializedView;
import io.anabranch.api.UserException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.Pipeline.PipelineExecutionException;
import org.apache.beam.sdk.coders.BigEndianLongCoder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.junit.jupiter.api.Test;

/** Contributions by a function for the key and one for the value. */
class KeyedContributionsTest {

  private static <K, V> MaterializedView.Contributed<String, K, V> words(
      SerializableFunction<String, K> key, SerializableFunction<String, V> value) {
    return MaterializedView.of(String.class, "words")
        .bucket(Duration.ofMinutes(1))
        .contributions(key, value);
  }

  @Test
  void findsBeamsCodersForTheTypesOfTheFunctions() {
    CombinedDefinition<String, String, Long, long[], Long> view =
        ViewDefinition.of(words(String::trim, word -> 1L).combine(Sum.ofLongs()), TestViews.WORDS);

    assertThat(view.contributionCoder(), is(KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of())));
  }

  @Test
  @SuppressWarnings("unchecked") // generic varargs of PAssert
  void mapsEachEvent() {
    Pipeline pipeline = Pipeline.create();
    CombinedView<String, String, Long, long[], Long> view =
        words(String::trim, word -> (long) word.length()).combine(Sum.ofLongs());

    PAssert.that(pipeline.apply(Create.of(" a", "bb")).apply("Contributions", view.contributions()))
        .containsInAnyOrder(KV.of("a", 2L), KV.of("bb", 2L));
    pipeline.run().waitUntilFinish();
  }

  @Test
  void takesCodersOfTheAuthor() {
    CombinedDefinition<String, List<String>, Long, long[], Long> view =
        ViewDefinition.of(
            words(word -> List.of(word), word -> 1L)
                .coders(ListCoder.of(StringUtf8Coder.of()), BigEndianLongCoder.of())
                .combine(Sum.ofLongs()),
            TestViews.WORDS);

    assertThat(
        view.contributionCoder(),
        is(KvCoder.of(ListCoder.of(StringUtf8Coder.of()), BigEndianLongCoder.of())));
  }

  @Test
  void refusesTypesThatHaveNoCoderAndSaysHowToNameOne() {
    CombinedView<String, List<String>, Long, long[], Long> view =
        words(word -> List.of(word), word -> 1L).combine(Sum.ofLongs());

    UserException problem =
        assertThrows(UserException.class, () -> ViewDefinition.of(view, TestViews.WORDS));

    assertThat(
        problem.getMessage(),
        is(
            "view \"words\": Beam finds no coder for the contributions; call"
                + " coders(keyCoder, valueCoder) after contributions(...)"));
  }

  @Test
  void anotherCoderOfTheContributionsIsAnotherFingerprint() {
    Fingerprint one =
        ViewDefinition.of(words(String::trim, word -> 1L).combine(Sum.ofLongs()), TestViews.WORDS)
            .fingerprint();
    Fingerprint other =
        ViewDefinition.of(
                words(String::trim, word -> 1L)
                    .coders(StringUtf8Coder.of(), BigEndianLongCoder.of())
                    .combine(Sum.ofLongs()),
                TestViews.WORDS)
            .fingerprint();

    assertThat(one.isReadableAs(other), is(false)); // Beam's sums encode by this coder
  }

  @Test
  void anotherRevisionOfTheEventFormatIsAnotherFingerprint() {
    CombinedView<String, String, Long, long[], Long> view = TestViews.counted();
    Fingerprint one = ViewDefinition.of(view, TestViews.WORDS).fingerprint();
    Fingerprint other = ViewDefinition.of(view, TestViews.WORDS.revision(2)).fingerprint();

    assertThat(one.changesTo(other), is(List.of("event format was revision 1 and is revision 2")));
    assertThat(one.isReadableAs(other), is(true));
  }

  @Test
  void failsForAFunctionThatReturnsNull() {
    assertThat(nullFrom(word -> null, word -> 1L), containsString("for the key"));
    assertThat(
        nullFrom(word -> word, word -> null),
        allOf(
            containsString("the function for the value of a contribution returned null"),
            containsString("pass a transform to contributions(...)")));
  }

  private static String nullFrom(
      SerializableFunction<String, String> key, SerializableFunction<String, Long> value) {
    Pipeline pipeline = Pipeline.create();
    pipeline
        .apply(Create.of("a"))
        .apply("Contributions", words(key, value).combine(Sum.ofLongs()).contributions())
        .setCoder(KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of()));
    return assertThrows(PipelineExecutionException.class, pipeline::run).getMessage();
  }

  @Test
  void startsFromAGenericType() {
    CombinedView<KV<String, Long>, String, Long, long[], Long> view =
        MaterializedView.of(new TypeDescriptor<KV<String, Long>>() {}, "sums")
            .bucket(Duration.ofMinutes(1))
            .contributions(event -> event.getKey(), event -> event.getValue())
            .combine(Sum.ofLongs());

    ViewDefinition.of(
        view,
        EventFormat.<KV<String, Long>>lines(line -> KV.of(line, 1L))
            .timestamp(event -> Instant.EPOCH)
            .coder(KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of())));
  }

  @Test
  void refusesNullsByName() {
    MaterializedView.Bucketed<String> bucketed =
        MaterializedView.of(String.class, "words").bucket(Duration.ofMinutes(1));

    assertThat(
        missing(() -> MaterializedView.of(String.class, null)),
        is("name is null: it must be given"));
    assertThat(
        missing(() -> MaterializedView.of((Class<String>) null, "words")),
        is("events is null: it must be given"));
    assertThat(missing(() -> words(null, word -> 1L)), is("key is null: it must be given"));
    assertThat(missing(() -> words(word -> word, null)), is("value is null: it must be given"));
    assertThat(
        missing(() -> bucketed.contributions(null)), is("contributions is null: it must be given"));
    assertThat(
        missing(() -> words(w -> w, w -> 1L).combine(null)),
        is("combineFn is null: it must be given"));
    assertThat(
        missing(() -> words(w -> w, w -> 1L).coders(null, VarLongCoder.of())),
        is("key is null: it must be given"));
  }

  private static String missing(org.junit.jupiter.api.function.Executable call) {
    return assertThrows(NullPointerException.class, call).getMessage();
  }
}
