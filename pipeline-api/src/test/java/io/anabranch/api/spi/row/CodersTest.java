/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.row;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.Epochs;
import io.anabranch.api.LogRecord;
import io.anabranch.api.spi.log.LogPlace;
import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.api.spi.log.RecordBatchCoder;
import io.anabranch.api.spi.log.RecordBatchTest;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.testing.CoderProperties;
import org.apache.beam.sdk.util.CoderUtils;
import org.junit.jupiter.api.Test;

class CodersTest {
  private static final byte[] BYTES = {0, -1, 7};

  private static final List<RecordBatch> BATCHES =
      List.of(
          RecordBatch.of(0, "").build(),
          RecordBatch.of(-3, "segment-é").add(Long.MIN_VALUE, BYTES, 0, 0).build(),
          RecordBatch.of(Long.MAX_VALUE, "p")
              .add(Long.MAX_VALUE, BYTES, 0, 3)
              .add(Long.MIN_VALUE, BYTES, 1, 2)
              .add(0, BYTES, 0, 0)
              .build(),
          RecordBatch.of(1, "p").add(0, LogRecord.of(BYTES, BYTES, Map.of())).build(),
          RecordBatch.of(1, "p").add(0, LogRecord.of(null, BYTES, Map.of())).build(),
          RecordBatch.of(1, "p").add(0, LogRecord.of(BYTES, null, Map.of("a", BYTES))).build(),
          RecordBatch.of(1, "p")
              .add(0, BYTES, 0, 3)
              .add(1, LogRecord.of(BYTES, BYTES, Map.of("b", BYTES, "a", new byte[0])))
              .add(2, BYTES, 0, 3)
              .build());

  private static final List<DeadLetter> LETTERS =
      List.of(
          new DeadLetter(new LogPlace(-1, "", -1), "", new byte[0]),
          new DeadLetter(new LogPlace(Epochs.NONE, "p", Long.MAX_VALUE), "é\n", BYTES),
          new DeadLetter(
              new LogPlace(3, "q", 7),
              DeadLetter.Kind.LATE,
              Optional.of("view"),
              Optional.of(Instant.parse("2015-05-21T00:00:00.001Z")),
              "late",
              BYTES));

  private static final List<StoredRow> ROWS =
      List.of(
          new StoredRow(Epochs.NONE, -60_000, new byte[0], "", new byte[0], 0),
          new StoredRow(5, Long.MAX_VALUE, BYTES, "é\u0000", BYTES, Long.MAX_VALUE),
          new StoredRow(5, 60_000, 1_800_000, BYTES, "a", BYTES, 1));

  @Test
  void recordBatchesComeBackAsTheyWere() throws Exception {
    for (RecordBatch batch : BATCHES) {
      CoderProperties.coderDecodeEncodeEqual(RecordBatchCoder.of(), batch);
      CoderProperties.coderDeterministic(RecordBatchCoder.of(), batch, batch);
      for (RecordBatch other : BATCHES) {
        assertConsistentWithEquals(RecordBatchCoder.of(), batch, other);
      }
    }
    CoderProperties.coderDecodeEncodeEqual(ListCoder.of(RecordBatchCoder.of()), BATCHES);
  }

  @Test
  void randomRecordBatchesComeBackAsTheyWere() throws Exception {
    long seed = 12;
    Random random = new Random(seed);
    for (int i = 0; i < 100; i++) {
      RecordBatch.Builder builder = RecordBatch.of(random.nextLong(), "p" + i);
      byte[] bytes = new byte[300];
      random.nextBytes(bytes);
      for (int record = random.nextInt(200); record > 0; record--) {
        builder.add(random.nextLong(), bytes, 0, random.nextInt(300));
      }
      RecordBatch batch = builder.build();

      RecordBatch copy = CoderUtils.clone(RecordBatchCoder.of(), batch);

      assertThat("seed " + seed + ", batch " + i, copy, is(batch));
    }
  }

  @Test
  void recordBatchThatIsCutOffIsAnError() throws Exception {
    byte[] bytes =
        CoderUtils.encodeToByteArray(RecordBatchCoder.of(), RecordBatchTest.batch(1, "p", "abc"));

    assertThrows(
        Exception.class,
        () ->
            CoderUtils.decodeFromByteArray(
                RecordBatchCoder.of(), Arrays.copyOf(bytes, bytes.length - 1)));
  }

  @Test
  void deadLettersComeBackAsTheyWere() throws Exception {
    for (DeadLetter letter : LETTERS) {
      CoderProperties.coderDecodeEncodeEqual(DeadLetterCoder.of(), letter);
      CoderProperties.coderDeterministic(DeadLetterCoder.of(), letter, letter);
    }
    assertConsistentWithEquals(DeadLetterCoder.of(), LETTERS.get(0), LETTERS.get(1));
    CoderProperties.coderDecodeEncodeEqual(ListCoder.of(DeadLetterCoder.of()), LETTERS);
  }

  @Test
  void storedRowsComeBackAsTheyWere() throws Exception {
    for (StoredRow row : ROWS) {
      StoredRow copy = CoderUtils.clone(StoredRowCoder.of(), row);
      assertThat(
          StoredRowCoder.of().structuralValue(copy), is(StoredRowCoder.of().structuralValue(row)));
      CoderProperties.coderDeterministic(StoredRowCoder.of(), row, row);
    }
    StoredRow copy = CoderUtils.clone(ListCoder.of(StoredRowCoder.of()), ROWS).get(1);
    assertThat(copy.epoch(), is(5L));
    assertThat(copy.bucket(), is(Long.MAX_VALUE));
    assertThat(copy.key(), is(BYTES));
    assertThat(copy.keyText(), is("é\u0000"));
    assertThat(copy.accumulator(), is(BYTES));
    assertThat(copy.contributions(), is(Long.MAX_VALUE));
  }

  @Test
  void codersAreEqualAndTravelToWorkers() throws Exception {
    for (Coder<?> coder :
        List.of(RecordBatchCoder.of(), DeadLetterCoder.of(), StoredRowCoder.of())) {
      CoderProperties.coderSerializable(coder);
      coder.verifyDeterministic();
    }
    assertThat((Object) RecordBatchCoder.of(), not((Object) StoredRowCoder.of()));
  }

  @Test
  void deadLettersAreEqualByTheirBytes() {
    LogPlace place = new LogPlace(1, "segment-1", 40);
    DeadLetter letter = new DeadLetter(place, "no digit", "ab".getBytes(UTF_8));

    assertThat(new DeadLetter(place, "no digit", "ab".getBytes(UTF_8)), is(letter));
    assertThat(
        new DeadLetter(place, "no digit", "ab".getBytes(UTF_8)).hashCode(), is(letter.hashCode()));
    assertThat(new DeadLetter(place, "no digit", "ac".getBytes(UTF_8)), not(letter));
    assertThat(new DeadLetter(place, "other", "ab".getBytes(UTF_8)), not(letter));
    assertThat(
        new DeadLetter(new LogPlace(1, "segment-1", 41), "no digit", "ab".getBytes(UTF_8)),
        not(letter));
  }

  @Test
  void deadLetterShowsItsPlaceAndErrorButNotTheRecord() {
    DeadLetter letter =
        new DeadLetter(new LogPlace(1, "segment-1", 40), "no digit", "secret".getBytes(UTF_8));

    assertThat(letter.toString(), is("segment-1@40: no digit (6 bytes)"));
  }

  /** As Beam's own check, which needs JUnit 4. */
  private static <T> void assertConsistentWithEquals(Coder<T> coder, T one, T other)
      throws Exception {
    boolean equalBytes =
        Arrays.equals(
            CoderUtils.encodeToByteArray(coder, one), CoderUtils.encodeToByteArray(coder, other));
    assertThat(coder.consistentWithEquals(), is(true));
    assertThat(one + " and " + other, one.equals(other), is(equalBytes));
  }
}
