/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.kafka;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.spi.log.ArchivableLog.Copied;
import io.anabranch.api.spi.log.EpochChange;
import io.anabranch.api.spi.log.FollowRequest;
import io.anabranch.api.spi.log.LogException;
import io.anabranch.api.spi.log.LogException.Code;
import io.anabranch.connectors.archive.ArchivedLog;
import io.anabranch.testing.server.KafkaBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.Pipeline.PipelineExecutionException;
import org.apache.beam.sdk.runners.TransformHierarchy;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens to an archive that should not. */
class ArchiveTest {
  private static final Instant TEN = Instant.parse("2026-01-01T10:00:00Z");

  private static KafkaBroker kafka;

  @TempDir Path folder;

  @BeforeAll
  static void startBroker() {
    kafka = KafkaBroker.start();
  }

  @AfterAll
  static void closeBroker() {
    kafka.close();
  }

  private static Instant within(int hour) {
    return TEN.plusSeconds((hour - 10) * 3_600L + 600);
  }

  private static long epoch(int hour) {
    return new Epochs(Duration.ofHours(1)).at(within(hour));
  }

  /** A topic with a record in each hour from ten to thirteen, of which the last is open. */
  private static TestTopic fourHours() {
    TestTopic topic = new TestTopic(kafka, 2, Map.of());
    for (int hour = 10; hour <= 13; hour++) {
      topic.append(within(hour), List.of("a" + hour, "b" + hour));
    }
    return topic;
  }

  private ArchivedLog open(TestTopic topic) {
    return ArchivedLog.of(topic.open(), folder);
  }

  private List<Long> archive(TestTopic topic) {
    List<Long> epochs = Collections.synchronizedList(new ArrayList<>());
    try (ArchivedLog log = open(topic)) {
      log.archive(copied -> epochs.add(copied.epoch()), () -> false);
    }
    return epochs;
  }

  private static EpochRange hours(int first, int last) {
    return new EpochRange(epoch(first) - 1, epoch(last));
  }

  private static List<String> records(int first, int last) {
    List<String> records = new ArrayList<>();
    for (int hour = first; hour <= last; hour++) {
      records.add(epoch(hour) + " a" + hour);
      records.add(epoch(hour) + " b" + hour);
    }
    return records;
  }

  @Test
  void whatRetentionRemovedIsReadFromTheArchiveOnly() {
    TestTopic topic = fourHours();
    assertThat(archive(topic), contains(epoch(10), epoch(11), epoch(12)));
    topic.trimThrough(epoch(11));

    try (KafkaLog log = topic.open()) {
      assertThat("without the archive", log.end().trimmedThrough(), is(epoch(11)));
      assertThrows(PipelineExecutionException.class, () -> Reads.of(log.read(hours(10, 12))));
    }
    try (ArchivedLog log = open(topic)) {
      assertThat(log.end().trimmedThrough(), is(Epochs.NONE));
      assertThat(log.end().firstEpoch(), is(epoch(10)));
      assertThat(log.size(EpochRange.ALL).epochs(), is(4L));
      assertThat(Reads.of(log.read(hours(10, 12))), is(records(10, 12)));
      assertThat(Reads.of(log.read(hours(12, 12))), is(records(12, 12)));
      LogException refused =
          assertThrows(LogException.class, () -> log.follow(FollowRequest.fromTheBeginning()));
      assertThat(refused.code(), is(Code.ARCHIVED));
      assertThat(
          Reads.of(log.follow(FollowRequest.after(epoch(11)).until(log.end().position()))),
          is(records(12, 13)));
    }
  }

  @Test
  void anArchiveOfSomeEpochsMeetsTheTopicBetweenThem() throws IOException {
    TestTopic topic = fourHours();
    archive(topic);
    delete(folder.resolve("epoch-" + epoch(11))); // by hand

    try (ArchivedLog log = open(topic)) {
      assertThat(Reads.of(log.read(hours(10, 12))), is(records(10, 12)));
    }
    topic.trimThrough(epoch(10));
    assertThat("it is copied again", archive(topic), contains(epoch(11)));
    topic.trimThrough(epoch(12));
    try (ArchivedLog log = open(topic)) {
      assertThat(Reads.of(log.read(hours(10, 12))), is(records(10, 12)));
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  @Test
  void whatWasRemovedBeforeItWasArchivedIsMissed() {
    TestTopic topic = fourHours();
    topic.trimThrough(epoch(10));

    try (ArchivedLog log = open(topic)) {
      List<Copied> copied = new ArrayList<>();
      assertThat("epochs that were removed", log.archive(copied::add, () -> false), is(1L));
      assertThat(copied, hasSize(2));
      assertThat(copied.get(0).records(), is(2L));
      assertThat(copied.get(0).bytes(), greaterThan(100L));
    }
    topic.trimThrough(epoch(12));
    try (ArchivedLog log = open(topic)) {
      assertThat(log.end().trimmedThrough(), is(epoch(10)));
      assertThat(Reads.of(log.read(hours(11, 12))), is(records(11, 12)));
    }
  }

  @Test
  void twoProcessesCopyEachEpochOnce() {
    TestTopic topic = fourHours();
    List<Long> epochs = Collections.synchronizedList(new ArrayList<>());
    List<CompletableFuture<Void>> processes = new ArrayList<>();
    for (int process = 0; process < 3; process++) {
      processes.add(CompletableFuture.runAsync(() -> epochs.addAll(archive(topic))));
    }
    processes.forEach(CompletableFuture::join);

    assertThat(epochs.stream().sorted().toList(), contains(epoch(10), epoch(11), epoch(12)));
    assertThat("half-made folders", staged(), empty());
    try (ArchivedLog log = open(topic)) {
      assertThat(Reads.of(log.read(hours(10, 12))), is(records(10, 12)));
    }
  }

  private List<Path> staged() {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(each -> each.getFileName().toString().startsWith(".")).toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whatAKilledProcessLeftIsRemovedOnceItIsOld() throws IOException {
    TestTopic topic = fourHours();
    archive(topic);
    for (String name : List.of(".staging-old", ".staging-new")) {
      Files.writeString(Files.createDirectory(folder.resolve(name)).resolve("half.avro"), "Obj");
    }
    FileTime longAgo = FileTime.from(Instant.now().minus(Duration.ofDays(1)));
    Files.setLastModifiedTime(folder.resolve(".staging-old").resolve("half.avro"), longAgo);
    Files.setLastModifiedTime(folder.resolve(".staging-old"), longAgo);

    archive(topic);

    assertThat(staged(), contains(folder.resolve(".staging-new")));
  }

  @Test
  void aFileThatWasChangedIsNeverRead() throws IOException {
    TestTopic topic = fourHours();
    archive(topic);
    Path file = file(epoch(11));
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);

    try (ArchivedLog log = open(topic)) {
      PipelineExecutionException error =
          assertThrows(PipelineExecutionException.class, () -> Reads.of(log.read(hours(10, 12))));
      assertThat(error.getMessage(), containsString(file + " is not the file that"));
      assertThat(Reads.of(log.read(hours(12, 12))), is(records(12, 12)));
    }
  }

  @Test
  void aFileThatIsMissingIsAFault() throws IOException {
    TestTopic topic = fourHours();
    archive(topic);
    Files.delete(file(epoch(11)));

    try (ArchivedLog log = open(topic)) {
      List<EpochChange> faults = log.faults(EpochRange.ALL);
      assertThat(faults.stream().map(EpochChange::epoch).toList(), contains(epoch(11)));
      assertThat(log.faults(hours(12, 12)), empty());
    }
  }

  private Path file(long epoch) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("epoch-" + epoch))) {
      return files.filter(each -> each.toString().endsWith(".avro")).findFirst().orElseThrow();
    }
  }

  @Test
  void aManifestThatIsDamagedIsAFaultOfItsEpochOnly() throws IOException {
    TestTopic topic = fourHours();
    archive(topic);
    Files.writeString(folder.resolve("epoch-" + epoch(11)).resolve("manifest.json"), "{");

    try (ArchivedLog log = open(topic)) {
      List<EpochChange> faults = log.faults(EpochRange.ALL);
      assertThat(faults.stream().map(EpochChange::epoch).toList(), contains(epoch(11)));
      assertThat("from the topic", Reads.of(log.read(hours(10, 12))), is(records(10, 12)));
    }
    topic.trimThrough(epoch(12));
    try (ArchivedLog log = open(topic)) {
      assertThat(log.end().trimmedThrough(), is(epoch(11)));
      assertThat(Reads.of(log.read(hours(12, 12))), is(records(12, 12)));
    }
  }

  /** Of each range of epochs that are read from the topic, a consumer is opened. */
  @Test
  void emptyEpochsBetweenArchivedOnesAreNotReadFromTheTopic() {
    TestTopic topic = new TestTopic(kafka, 2, Map.of());
    for (int hour = 10; hour <= 20; hour += 5) {
      topic.append(within(hour), List.of("a" + hour));
    }
    archive(topic);
    topic.trimThrough(epoch(15));

    try (ArchivedLog log = open(topic)) {
      Pipeline pipeline = Pipeline.create();
      pipeline.apply(log.read(hours(10, 19)));
      List<String> steps = new ArrayList<>();
      pipeline.traverseTopologically(
          new Pipeline.PipelineVisitor.Defaults() {
            @Override
            public void visitPrimitiveTransform(TransformHierarchy.Node node) {
              steps.add(node.getFullName());
            }
          });
      assertThat(steps.toString(), not(containsString("Part1")));
      assertThat(
          Reads.of(log.read(hours(10, 19))), contains(epoch(10) + " a10", epoch(15) + " a15"));
    }
  }

  @Test
  void theArchiveOfAnotherTopicIsRefused() {
    archive(fourHours());

    LogException error = assertThrows(LogException.class, () -> open(fourHours()));

    assertThat(error.code(), is(Code.MISCONFIGURED));
    assertThat(error.getMessage(), containsString("name another folder in log.archive"));
  }

  @Test
  void aFolderOfOtherFilesIsRefused() throws IOException {
    Files.writeString(folder.resolve("letters.txt"), "dear");

    LogException error = assertThrows(LogException.class, () -> archive(fourHours()));

    assertThat(error.code(), is(Code.NOT_A_LOG));
    assertThat("left alone", staged(), empty());
  }

  /** Random letters do not get shorter, so a file has several parts. */
  @Test
  void largeFilesAreReadInParts() {
    TestTopic topic = new TestTopic(kafka, 1, Map.of());
    Random random = new Random(1);
    List<String> lines = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    for (int line = 0; line < 20_000; line++) {
      StringBuilder text = new StringBuilder();
      random.ints(2_500, 'A', 'z').filter(Character::isLetter).forEach(text::appendCodePoint);
      lines.add(text.toString());
      expected.add(epoch(10) + " " + text);
    }
    topic.append(within(10), lines);
    topic.closeThrough(within(12));
    archive(topic);
    topic.trimThrough(epoch(10));

    try (ArchivedLog log = open(topic)) {
      Collections.sort(expected);
      assertThat("all records", Reads.of(log.read(hours(10, 10))).equals(expected), is(true));
    }
  }
}
