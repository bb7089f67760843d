/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.Epochs;
import io.anabranch.connectors.files.folder.EpochNames;
import io.anabranch.connectors.files.folder.Segment;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.util.SerializableUtils;
import org.junit.jupiter.api.Test;

class NamesAndCodersTest {

  @Test
  void folderOfAnEpochIsItsStart() {
    long epoch = new Epochs(Duration.ofHours(1)).at(Instant.parse("2015-05-21T00:10:00Z"));

    assertThat(
        EpochNames.of(new Epochs(Duration.ofHours(1)), epoch), equalTo("2015-05-21T00-00-00Z"));
    assertThat(
        EpochNames.of(new Epochs(Duration.ofMillis(1500)), 1), equalTo("1970-01-01T00-00-01.500Z"));
  }

  @Test
  void epochIsReadFromItsFolder() {
    for (long millis : new long[] {1000, 1001, 59_999, 60_000, 3_600_000, 86_400_000}) {
      Epochs epochs = new Epochs(Duration.ofMillis(millis));
      Random random = new Random(millis);
      for (int i = 0; i < 1000; i++) {
        long epoch =
            epochs.at(
                Instant.ofEpochMilli(random.nextLong(-60_000_000_000_000L, 250_000_000_000_000L)));
        assertThat(
            EpochNames.parse(epochs, EpochNames.of(epochs, epoch)),
            equalTo(OptionalLong.of(epoch)));
      }
    }
  }

  @Test
  void otherNamesAreNoEpochs() {
    Epochs epochs = new Epochs(Duration.ofHours(1));

    for (String name :
        List.of("", "x", "2015-05-21T00-30-00Z", "2015-13-21T00-00-00Z", "2015-05-21T00:00:00Z")) {
      assertThat(name, EpochNames.parse(epochs, name).isPresent(), is(false));
    }
  }

  @Test
  void segmentIsReadFromItsName() {
    for (Segment segment :
        List.of(
            new Segment(5, 1, 1432177800500L, true, 17, -2),
            new Segment(-3, 1L << 40, -7, false, 0, 3))) {
      assertThat(Segment.parse(segment.epoch(), segment.fileName()), equalTo(Optional.of(segment)));
    }
    assertThat(Segment.parse(5, "000000000001-5-stated.log.swp"), equalTo(Optional.empty()));
    assertThat(Segment.parse(5, "1-5-stated.log"), equalTo(Optional.empty()));
  }

  @Test
  void chunksSurviveTheirCoder() throws Exception {
    assertSurvives(
        Chunk.ChunkCoder.of(),
        new Chunk(new Segment(-5, 12, 1432177800500L, true, 17, -2), 16 << 20, 32 << 20),
        new Chunk(new Segment(5, 13, -1, false, 9, 0), 0, Long.MAX_VALUE));
  }

  @Test
  void marksSurviveTheirCoder() throws Exception {
    assertSurvives(
        FollowMark.FollowMarkCoder.of(), new FollowMark(3, 1, 17, -1), FollowMark.start());
  }

  /** Beam's {@code CoderProperties} would need JUnit 4. */
  @SafeVarargs
  private static <T> void assertSurvives(Coder<T> coder, T... values) throws Exception {
    for (T value : values) {
      assertThat(CoderUtils.clone(coder, value), equalTo(value));
      ByteArrayOutputStream twice = new ByteArrayOutputStream();
      coder.encode(value, twice);
      coder.encode(value, twice);
      ByteArrayInputStream in = new ByteArrayInputStream(twice.toByteArray());
      assertThat(coder.decode(in), equalTo(value));
      assertThat(coder.decode(in), equalTo(value));
      assertThat(in.available(), equalTo(0));
    }
    coder.verifyDeterministic();
    assertThat(SerializableUtils.ensureSerializable(coder), equalTo(coder));
  }
}
