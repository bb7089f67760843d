/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.serving;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.Application;
import io.anabranch.api.EventFormat;
import io.anabranch.api.MaterializedView;
import io.anabranch.api.UsageException;
import io.anabranch.api.UserException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.Sum;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenedReaderTest {
  @TempDir Path folder;

  /** The application of the view "words". */
  public static final class Words implements Application<String> {
    @Override
    public EventFormat<String> events() {
      return EventFormat.<String>lines(line -> line)
          .timestamp(line -> Instant.EPOCH)
          .coder(StringUtf8Coder.of());
    }

    @Override
    public List<MaterializedView<String, ?, ?>> views() {
      return List.of(Fixture.view(Sum.ofLongs()));
    }
  }

  private Map<String, String> store() {
    return Map.of("url", "jdbc:sqlite:" + folder.resolve("views.db"));
  }

  private <K, O> ViewReader<K, O> open(String view, Class<K> key, Class<O> value) {
    return ViewReader.open(store(), Words.class, view, key, value);
  }

  private void fill() {
    try (Fixture<long[], Long> sums = new Fixture<>(folder, Fixture.words(Sum.ofLongs()))) {
      sums.batch(5, sums.row(5, 0, "a", 1, 2));
    }
  }

  @Test
  void readsWhatARunHasStored() {
    fill();

    try (ViewReader<String, Long> words = open("words", String.class, Long.class)) {
      assertThat(words.read(Query.all().key("a")).rows().get(0).value(), is(3L));
    }
  }

  @Test
  void refusesTypesThatTheViewDoesNotHave() {
    fill();

    assertThat(
        refusal(() -> open("words", Long.class, Long.class)),
        is(
            "view \"words\" has keys of java.lang.String, not of java.lang.Long: pass the class"
                + " that the view has"));
    assertThat(
        refusal(() -> open("words", String.class, String.class)),
        containsString("has values of java.lang.Long, not of java.lang.String"));
    open("words", Object.class, Number.class).close();
  }

  @Test
  void refusesViewThatTheApplicationDoesNotHave() {
    fill();

    assertThat(
        refusal(() -> open("word", String.class, Long.class)),
        allOf(containsString("\"word\" is not known"), containsString("did you mean \"words\"?")));
  }

  @Test
  void refusesStoreThatIsNotThereAndMakesNone() {
    assertThat(
        refusal(() -> open("words", String.class, Long.class)),
        allOf(
            containsString("there is no store at store.url \"jdbc:sqlite:"),
            containsString("name the one that a run has filled")));
    assertThat(Files.exists(folder.resolve("views.db")), is(false));
  }

  private static String refusal(org.junit.jupiter.api.function.Executable call) {
    UserException refused = assertThrows(UsageException.class, call);
    return refused.getMessage();
  }
}
