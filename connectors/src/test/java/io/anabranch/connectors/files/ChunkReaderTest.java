/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.connectors.files.folder.Segment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChunkReaderTest {
  private static final Segment SEGMENT = new Segment(7, 3, 0, true, 0, 0);

  @TempDir Path folder;

  @Test
  void batchKnowsItsPlace() throws Exception {
    RecordBatch batch = read(write("ab\n\nc\r\n"), 0, 100, 0).get(0);

    assertThat(batch.place(2).toString(), equalTo("segment-3@4"));
    assertThat(batch.epoch(), equalTo(7L));
    assertThat(Logs.placedLines(batch), contains("0:ab", "3:", "4:c\r"));
  }

  @Test
  void lineBelongsToTheChunkOfItsFirstByte() throws Exception {
    Path file = write("ab\ncd\nef\n");

    assertThat(lines(file, 0, 3), contains("0:ab"));
    assertThat(lines(file, 0, 4), contains("0:ab", "3:cd"));
    assertThat(lines(file, 3, 6), contains("3:cd"));
    assertThat(lines(file, 4, 6), empty());
    assertThat(lines(file, 4, 7), contains("6:ef"));
    assertThat(lines(file, 7, 9), empty());
    assertThat(lines(file, 9, 12), empty());
  }

  @Test
  void lastLineWithoutEndIsNotLost() throws Exception {
    assertThat(lines(write("ab\ncd"), 0, 5), contains("0:ab", "3:cd"));
  }

  @Test
  void everyLineIsReadOnceAtItsPlaceHoweverTheFileIsDivided() throws Exception {
    for (long seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      byte[] content = Logs.randomLines(random, random.nextInt(400), 1 + random.nextInt(300_000));
      Path file = Files.write(folder.resolve("random"), content);
      long length = 1L + random.nextInt(random.nextBoolean() ? 64 : 200_000);
      if (content.length / length > 300) {
        length = 1L + content.length / 300;
      }

      List<String> lines = new ArrayList<>();
      for (long from = 0; from < content.length; from += length) {
        lines.addAll(lines(file, from, from + length));
      }

      assertThat("seed " + seed, lines.equals(Logs.placedLines(content)), is(true));
    }
  }

  @Test
  void readerGoesOnWhereAnotherOneStopped() throws Exception {
    for (long seed = 0; seed < 30; seed++) {
      Random random = new Random(seed);
      byte[] content = Logs.randomLines(random, 2_000, 200_000);
      Path file = Files.write(folder.resolve("random"), content);
      int from = random.nextInt(content.length);
      Chunk chunk = new Chunk(SEGMENT, from, from + random.nextInt(content.length - from + 1));

      List<String> lines = new ArrayList<>();
      long offset = 0;
      Optional<RecordBatch> batch;
      do {
        try (ChunkReader reader = ChunkReader.open(file, chunk, offset)) {
          batch = reader.next().map(RecordBatch.Builder::build);
          offset = reader.offset();
        }
        batch.ifPresent(some -> lines.addAll(Logs.placedLines(some)));
      } while (batch.isPresent());

      assertThat("seed " + seed, lines.equals(lines(file, chunk.from(), chunk.to())), is(true));
    }
  }

  @Test
  void longLineIsABatchOfItsOwn() throws Exception {
    String longLine = "x".repeat(20 << 20);
    Path file = write("a\n" + longLine + "\nb\n");

    List<RecordBatch> batches = read(file, 0, 1 << 10, 0);

    assertThat(batches, hasSize(2));
    assertThat(Logs.text(batches.get(1), 0).equals(longLine), equalTo(true));
    assertThat(lines(file, 1 << 10, 1 << 24), empty());
    assertThat(lines(file, 1 << 24, 1 << 25), contains((longLine.length() + 3) + ":b"));
  }

  @Test
  void manyEmptyLinesAreManyBatches() throws Exception {
    List<RecordBatch> batches = read(write("\n".repeat(1 << 20)), 0, 1 << 20, 0);

    assertThat(batches.stream().mapToInt(RecordBatch::size).sum(), equalTo(1 << 20));
    assertThat(batches.stream().mapToInt(RecordBatch::size).max().orElseThrow(), lessThan(70_000));
  }

  private Path write(String content) throws IOException {
    return Files.writeString(folder.resolve("file"), content, StandardCharsets.ISO_8859_1);
  }

  private List<String> lines(Path file, long from, long to) throws IOException {
    return read(file, from, to, 0).stream().flatMap(b -> Logs.placedLines(b).stream()).toList();
  }

  private List<RecordBatch> read(Path file, long from, long to, long offset) throws IOException {
    List<RecordBatch> batches = new ArrayList<>();
    try (ChunkReader reader = ChunkReader.open(file, new Chunk(SEGMENT, from, to), offset)) {
      for (Optional<RecordBatch.Builder> next = reader.next();
          next.isPresent();
          next = reader.next()) {
        batches.add(next.get().build());
      }
    }
    return batches;
  }
}
