/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.closeTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.transforms.DistinctCount.DistinctCountFn;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.testing.CoderProperties;
import org.apache.beam.sdk.testing.CombineFnTester;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.util.SerializableUtils;
import org.apache.datasketches.hll.HllSketch;
import org.apache.datasketches.hll.TgtHllType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DistinctCountTest {
  private static final DistinctCountFn FN = new DistinctCountFn(DistinctCount.DEFAULT_LG_K);
  private static final Coder<HllSketch> CODER = HllSketchCoder.of(DistinctCount.DEFAULT_LG_K);

  @Test
  void countIsTheSameHoweverTheInputIsDivided() {
    CombineFnTester.testCombineFn(
        DistinctCount.approximately(), Arrays.asList("b", "a", "b", "c", "a", "d", ""), 5L);
    CombineFnTester.testCombineFn(DistinctCount.approximately(), List.of(), 0L);
    CombineFnTester.testCombineFn(
        DistinctCount.approximately(12), new ArrayList<>(values("v", 1_000)), expect(12, 1_000));
  }

  /**
   * What the sketch's default estimator would fail: a single stream, and any division of it merged
   * in any order, also through the coder, must give the same answer and the same stored bytes.
   */
  @ParameterizedTest
  @CsvSource({"15, 5", "15, 8", "15, 40", "15, 3072", "15, 3073", "15, 20000", "15, 100000"})
  void answerAndBytesDoNotDependOnDivisionOrMergeOrder(int lgK, int distinct) throws Exception {
    divideAndMerge(lgK, distinct, 12);
  }

  @ParameterizedTest
  @CsvSource({"4, 3", "4, 9", "4, 1000", "8, 30", "8, 5000", "12, 384", "12, 385", "12, 200000"})
  void answerDoesNotDependOnDivisionAtOtherPrecisions(int lgK, int distinct) throws Exception {
    divideAndMerge(lgK, distinct, 8);
  }

  private static void divideAndMerge(int lgK, int distinct, int rounds) throws Exception {
    DistinctCountFn fn = new DistinctCountFn(lgK);
    Coder<HllSketch> coder = HllSketchCoder.of(lgK);
    List<String> values = values(lgK + "/" + distinct + "/", distinct);
    HllSketch single = sketch(fn, values);
    long answer = fn.extractOutput(single);
    byte[] bytes = CoderUtils.encodeToByteArray(coder, single);

    for (int round = 0; round < rounds; round++) {
      long seed = 31L * distinct + round;
      Random random = new Random(seed);
      String reason = "seed " + seed + ", lgK " + lgK + ", " + distinct + " values";

      HllSketch merged = mergeAll(fn, coder, random, parts(fn, random, values));

      assertThat(reason, fn.extractOutput(merged), is(answer));
      assertThat(reason, CoderUtils.encodeToByteArray(coder, merged), is(bytes));
    }
  }

  @Test
  void smallCountsAreExact() {
    for (int distinct : new int[] {0, 1, 2, 7, 8, 9, 24, 25, 100, 500, 1_000, 2_000}) {
      HllSketch sketch = sketch(FN, values("visitor", distinct));

      assertThat(FN.extractOutput(sketch), is((long) distinct));
    }
  }

  @Test
  void relativeErrorStaysWellBelowTwoPercent() {
    double squares = 0;
    int trials = 20;
    for (int trial = 0; trial < trials; trial++) {
      HllSketch sketch = FN.createAccumulator();
      for (int i = 1; i <= 100_000; i++) {
        sketch = FN.addInput(sketch, "10." + trial + "." + i);
        if (i % 10_000 == 0) {
          double error = FN.extractOutput(sketch) / (double) i - 1;
          assertThat("trial " + trial + ", " + i + " values", error, closeTo(0, 0.018));
          squares += error * error;
        }
      }
    }

    assertThat(Math.sqrt(squares / (trials * 10)), lessThanOrEqualTo(0.0065));
  }

  @Test
  void emptyStringIsAValue() {
    assertThat(FN.extractOutput(sketch(FN, List.of("", "", "a"))), is(2L));
  }

  @Test
  void mergingChangesNoneOfItsInputs() throws Exception {
    for (int size : new int[] {3, 1_000, 10_000}) {
      HllSketch first = sketch(FN, values("a", size));
      HllSketch second = sketch(FN, values("b", size));
      byte[] before = CoderUtils.encodeToByteArray(CODER, first);

      HllSketch merged = FN.mergeAccumulators(List.of(first, second));
      FN.addInput(merged, "one more");

      assertThat(CoderUtils.encodeToByteArray(CODER, first), is(before));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 500, 3_072, 3_073, 50_000})
  void sketchComesBackFromItsBytes(int distinct) throws Exception {
    HllSketch sketch = sketch(FN, values("x", distinct));

    byte[] bytes = CoderUtils.encodeToByteArray(CODER, sketch);
    HllSketch back = CoderUtils.decodeFromByteArray(CODER, bytes);

    assertThat(FN.extractOutput(back), is(FN.extractOutput(sketch)));
    assertThat(CODER.structuralValue(back), is(CODER.structuralValue(sketch)));
    FN.addInput(sketch, "one more");
    FN.addInput(back, "one more");
    assertThat(CODER.structuralValue(back), is(CODER.structuralValue(sketch)));
  }

  @ParameterizedTest
  @CsvSource({"0, 9", "1, 13", "5, 29", "100, 414", "3072, 12302", "100000, 32811"})
  void storedSizeFollowsTheNumberOfValues(int distinct, int size) throws Exception {
    byte[] bytes = CoderUtils.encodeToByteArray(CODER, sketch(FN, values("s", distinct)));

    assertThat(bytes.length, lessThanOrEqualTo(size));
  }

  @Test
  void coderIsDeterministicAndSerializable() throws Exception {
    CODER.verifyDeterministic();
    CoderProperties.coderSerializable(CODER);
    assertThat(SerializableUtils.ensureSerializable(CODER), is(CODER));
    SerializableUtils.ensureSerializable(DistinctCount.approximately());
  }

  /** Bytes in stores outlive releases: if this fails, old rows would no longer be read alike. */
  @Test
  void storedBytesStayAsTheyAre() throws Exception {
    HllSketch sketch = sketch(FN, List.of("a", "b"));

    String bytes = CoderUtils.encodeToBase64(CODER, sketch);

    assertThat(bytes, is("EAIBBw8DCAIIL4I7BAr_gAQ"));
    assertThat(FN.extractOutput(CoderUtils.decodeFromBase64(CODER, bytes)), is(2L));
  }

  @Test
  void sketchOfAnotherPrecisionIsRefused() throws Exception {
    byte[] bytes =
        CoderUtils.encodeToByteArray(HllSketchCoder.of(12), new HllSketch(12, TgtHllType.HLL_8));

    CoderException refusal =
        assertThrows(CoderException.class, () -> CoderUtils.decodeFromByteArray(CODER, bytes));

    assertThat(
        refusal.getMessage(), startsWith("a distinct sketch has lgK 12 and the view asks for 15:"));
  }

  @Test
  void bytesThatAreNoSketchAreRefused() throws Exception {
    byte[] sketch = {2, 1, 7, 15, 3, 8, 2, 8, 1, 0, 0, 4, 2, 0, 0, 4};
    byte[] cutOff = Arrays.copyOf(sketch, 7);
    byte[] lastValueCutOff = Arrays.copyOf(sketch, 14);
    byte[] otherVersion = sketch.clone();
    otherVersion[1] = 99;
    byte[] otherFamily = sketch.clone();
    otherFamily[2] = 3;

    assertThat(FN.extractOutput(decode(sketch)), is(2L));
    for (byte[] image : List.of(cutOff, lastValueCutOff, otherVersion, otherFamily)) {
      assertThrows(CoderException.class, () -> decode(image), Arrays.toString(image));
    }
  }

  private static HllSketch decode(byte[] image) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ByteArrayCoder.of().encode(image, bytes);
    return CODER.decode(new ByteArrayInputStream(bytes.toByteArray()));
  }

  @Test
  void precisionOutOfRangeIsRefused() {
    for (int lgK : new int[] {-1, 3, 22}) {
      IllegalArgumentException refusal =
          assertThrows(IllegalArgumentException.class, () -> DistinctCount.approximately(lgK));

      assertThat(
          refusal.getMessage(), is("lgK is " + lgK + ": it must be 4 to 21, for instance 15"));
    }
  }

  private static long expect(int lgK, int distinct) {
    DistinctCountFn fn = new DistinctCountFn(lgK);
    return fn.extractOutput(sketch(fn, values("v", distinct)));
  }

  private static List<String> values(String prefix, int distinct) {
    return IntStream.range(0, distinct).mapToObj(i -> prefix + i).toList();
  }

  private static HllSketch sketch(DistinctCountFn fn, List<String> values) {
    HllSketch sketch = fn.createAccumulator();
    for (String value : values) {
      sketch = fn.addInput(sketch, value);
    }
    return sketch;
  }

  /** Divides shuffled values, some of them given twice, into parts of very different sizes. */
  private static List<HllSketch> parts(DistinctCountFn fn, Random random, List<String> values) {
    List<String> shuffled = new ArrayList<>(values);
    shuffled.addAll(values.subList(0, values.size() / 5));
    Collections.shuffle(shuffled, random);
    int count = 1 + random.nextInt(30);
    List<HllSketch> parts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      parts.add(fn.createAccumulator());
    }
    for (String value : shuffled) {
      int part = (int) (count * Math.pow(random.nextDouble(), 3));
      parts.set(part, fn.addInput(parts.get(part), value));
    }
    return parts;
  }

  /** Merges a few random parts at a time until one is left; half of the time through the coder. */
  private static HllSketch mergeAll(
      DistinctCountFn fn, Coder<HllSketch> coder, Random random, List<HllSketch> parts)
      throws CoderException {
    while (parts.size() > 1) {
      Collections.shuffle(parts, random);
      List<HllSketch> some = parts.subList(0, Math.min(parts.size(), 2 + random.nextInt(3)));
      HllSketch merged = fn.mergeAccumulators(new ArrayList<>(some));
      some.clear();
      if (random.nextBoolean()) {
        byte[] bytes = CoderUtils.encodeToByteArray(coder, merged);
        merged = CoderUtils.decodeFromByteArray(coder, bytes);
      }
      parts.add(merged);
    }
    return parts.get(0);
  }
}
