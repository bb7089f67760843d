/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.serving;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.sameInstance;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.UserException;
import io.anabranch.api.definition.ViewDefinition;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.junit.jupiter.api.Test;

class AccumulatorsTest {
  private static final ViewDefinition<String, String, Long, List<Long>, List<Long>> LISTS =
      Fixture.words(Functions.sorted());

  private final Accumulators<String, List<Long>, List<Long>> lists = Accumulators.of(LISTS);

  @Test
  void valueIsOfAllThatIsFolded() {
    assertThat(lists.value(List.of(list(3, 1))), is(List.of(1L, 3L)));
    assertThat(lists.value(List.of(list(3, 1), list(), list(2))), is(List.of(1L, 2L, 3L)));
  }

  @Test
  void mergeOfOneIsThatOne() {
    byte[] one = {9}; // of no list: it is not decoded

    assertThat(lists.merge(List.of(one)), sameInstance(one));
  }

  @Test
  void mergeFoldsWhatAllOfThemFold() {
    byte[] merged = lists.merge(List.of(list(3, 1), list(2), list(5, 4)));

    assertThat(lists.value(List.of(merged)), is(List.of(1L, 2L, 3L, 4L, 5L)));
    assertThat(
        lists.value(List.of(lists.merge(List.of(merged, list(9))), list(0))),
        is(List.of(0L, 1L, 2L, 3L, 4L, 5L, 9L)));
  }

  @Test
  void mergedAccumulatorIsCompacted() {
    Accumulators<String, List<Long>, Integer> sizes =
        Accumulators.of(Fixture.words(new CompactingFn()));

    byte[] merged = sizes.merge(List.of(list(1, 1, 2), list(2)));

    assertThat(merged, is(list(1, 2)));
    assertThat(sizes.value(List.of(merged)), is(2));
  }

  @Test
  void functionThatChangesItsFirstAccumulatorSpoilsNoBytes() {
    byte[] first = list(3, 1);
    byte[] second = list(2);
    List<byte[]> both = List.of(first, second);

    for (int again = 0; again < 3; again++) {
      assertThat(lists.value(both), is(List.of(1L, 2L, 3L)));
      assertThat(lists.value(List.of(lists.merge(both))), is(List.of(1L, 2L, 3L)));
    }

    assertThat(first, is(list(3, 1)));
    assertThat(second, is(list(2)));
  }

  @Test
  void bytesOfNoAccumulatorAreAnErrorThatNamesTheView() {
    byte[] broken = {0, 0, 0, 9, 1};

    for (List<byte[]> encoded : List.of(List.of(broken, list(1)), List.of(list(1), broken))) {
      UserException value = assertThrows(UserException.class, () -> lists.value(encoded));
      UserException merge = assertThrows(UserException.class, () -> lists.merge(encoded));

      assertThat(
          value.getMessage(),
          allOf(
              containsString("a stored row of view \"words\" cannot be decoded by ListCoder"),
              containsString("raise the view's revision(...)")));
      assertThat(merge.getMessage(), is(value.getMessage()));
      assertThat(value.getCause(), notNullValue());
    }
  }

  @Test
  void keyIsDecodedAndBytesOfNoKeyAreAnErrorThatNamesTheView() {
    assertThat(lists.key(Fixture.encode(LISTS.keyCoder(), "a")), is("a"));

    Accumulators<Long, ?, ?> numbers = Accumulators.of(KeysTest.lengths());
    UserException problem = assertThrows(UserException.class, () -> numbers.key(new byte[0]));

    assertThat(
        problem.getMessage(),
        containsString("a stored row of view \"lengths\" cannot be decoded by VarLongCoder"));
  }

  @Test
  void mergedAccumulatorThatCannotBeEncodedIsAnErrorThatNamesTheView() {
    Accumulators<String, List<Long>, List<Long>> small =
        Accumulators.of(
            Fixture.definition(
                Fixture.view(Functions.sorted()).accumulatorCoder(new ShortCoder())));

    assertThat(small.value(List.of(list(1, 2), list(3))), is(List.of(1L, 2L, 3L)));
    UserException problem =
        assertThrows(UserException.class, () -> small.merge(List.of(list(1, 2), list(3))));

    assertThat(
        problem.getMessage(),
        allOf(
            containsString("an accumulator of view \"words\" cannot be encoded by "),
            containsString("more than two")));
  }

  @Test
  void coderThatThrowsAnythingIsAnErrorThatNamesTheView() {
    Accumulators<String, List<Long>, List<Long>> small =
        Accumulators.of(
            Fixture.definition(
                Fixture.view(Functions.sorted()).accumulatorCoder(new ShortCoder())));

    UserException problem = assertThrows(UserException.class, () -> small.value(List.of(list())));

    assertThat(problem.getMessage(), containsString("a stored row of view \"words\""));
    assertThat(problem.getCause().getMessage(), is("nothing in it"));
  }

  @Test
  void nullIsNoValue() {
    ViewDefinition<String, String, Long, List<Long>, Long> largest =
        Fixture.words(Functions.largestPositive());

    UserException problem =
        assertThrows(
            UserException.class,
            () -> Accumulators.of(largest).value(List.of(Fixture.accumulator(largest, -1))));

    assertThat(
        problem.getMessage(),
        allOf(
            containsString("view \"words\": the combine function io.anabranch.serving.Functions"),
            containsString("gave null, which is no value of a row")));
  }

  private static byte[] list(long... contributions) {
    return Fixture.accumulator(LISTS, contributions);
  }

  /** How many different contributions there are; only compacted accumulators hold each once. */
  private static final class CompactingFn extends KeepsAll<Integer> {
    @Override
    public List<Long> compact(List<Long> accumulator) {
      return accumulator.stream().distinct().toList();
    }

    @Override
    public Integer extractOutput(List<Long> accumulator) {
      return compact(accumulator).size();
    }
  }

  /** Encodes lists of two numbers at most, and decodes those of one at least. */
  private static final class ShortCoder extends CustomCoder<List<Long>> {
    private static final Coder<List<Long>> ANY = ListCoder.of(VarLongCoder.of());

    @Override
    public void encode(List<Long> value, OutputStream out) throws IOException {
      if (value.size() > 2) {
        throw new CoderException("more than two");
      }
      ANY.encode(value, out);
    }

    @Override
    public List<Long> decode(InputStream in) throws IOException {
      List<Long> value = ANY.decode(in);
      if (value.isEmpty()) {
        throw new IllegalStateException("nothing in it");
      }
      return value;
    }
  }
}
