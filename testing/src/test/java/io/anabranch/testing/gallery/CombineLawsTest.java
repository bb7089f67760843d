/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.gallery;

import static io.anabranch.testing.LawMatchers.keepsItsLaws;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.transforms.DistinctCount;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.Max;
import org.apache.beam.sdk.transforms.Sum;
import org.hamcrest.Description;
import org.hamcrest.StringDescription;
import org.junit.jupiter.api.Test;

final class CombineLawsTest {
  private static final List<Long> NUMBERS = List.of(3L, 1L, 4L, 1L, 5L, 92L, 65L, 35L);

  @Test
  void soundFunctionsKeepTheirLaws() {
    assertThat(Sum.ofLongs(), keepsItsLaws(VarLongCoder.of(), NUMBERS));
    assertThat(Max.ofLongs(), keepsItsLaws(VarLongCoder.of(), NUMBERS));
  }

  @Test
  void sketchKeepsThemWithinItsError() {
    List<String> names = IntStream.range(0, 20_000).mapToObj(Integer::toString).toList();

    assertThat(DistinctCount.approximately(), keepsItsLaws(StringUtf8Coder.of(), names, 0.05));
  }

  @Test
  void brokenLawIsReported() {
    assertThat(broken(new BrokenCombines.Last()), startsWith("it is not commutative: "));
    assertThat(broken(new BrokenCombines.Joined()), startsWith("it is not commutative: "));
    assertThat(broken(new BrokenCombines.MeanOfMeans()), startsWith("it is not associative: "));
    assertThat(broken(new BrokenCombines.MergesTwo()), startsWith("it is not associative: "));
    assertThat(
        broken(new BrokenCombines.StartsAtOne()),
        is(
            "an empty accumulator is no identity: without it the value is 207, merged with it"
                + " 208"));
    assertThat(
        broken(new BrokenCombines.Draining()),
        is("extractOutput changes the accumulator: asked twice, it says 206 and 0"));
    assertThat(
        broken(new BrokenCombines.MergesIntoLargest()),
        is(
            "mergeAccumulators returns an accumulator that is not its first, or a part of it: the"
                + " value of that one was 206, and is 412 once more was added; copy it"));
    assertThat(
        broken(new BrokenCombines.StampedCoder()), startsWith("the coder of its accumulator, "));
    assertThat(
        broken(new BrokenCombines.LossyCoder()),
        startsWith("its accumulator does not survive its coder, "));
  }

  @Test
  void whatCannotShowALawIsRefused() {
    assertThat(
        assertThrows(
                IllegalArgumentException.class, () -> keepsItsLaws(VarLongCoder.of(), List.of(3L)))
            .getMessage(),
        is("contributions are [3]: laws are of two or more, so give more"));
    assertThat(
        assertThrows(
                IllegalArgumentException.class, () -> keepsItsLaws(VarLongCoder.of(), NUMBERS, 2))
            .getMessage(),
        is("numbers may differ by 2.0: it must be from 0 to 1"));
    assertThat(
        StringDescription.toString(keepsItsLaws(VarLongCoder.of(), NUMBERS)),
        is("a combine function that keeps its laws"));
  }

  private static String broken(CombineFn<Long, ?, ?> function) {
    Description description = new StringDescription();
    keepsItsLaws(VarLongCoder.of(), NUMBERS).describeMismatch(function, description);
    return description.toString();
  }
}
