/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.log.FollowRequest;
import io.anabranch.api.spi.log.RecordBatch;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult.State;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads a log in real pipelines. */
class LogPipelinesTest extends OpenLog {
  private static final String DIRECT = "--runner=DirectRunner --targetParallelism=3";
  private static final String FLINK_BATCH =
      "--runner=FlinkRunner --flinkMaster=[local] --parallelism=2";
  private static final String FLINK_STREAMING = FLINK_BATCH + " --streaming=true";
  private static final Map<String, Queue<String>> OUTPUTS = new ConcurrentHashMap<>();

  @ParameterizedTest
  @ValueSource(strings = {DIRECT, FLINK_BATCH})
  void closedEpochsOfTheRangeAreReadOnce(String runner) {
    append("2026-01-01T06:10:00Z", 1);
    List<String> expected = append("2026-01-01T07:10:00Z", 2);
    expected.addAll(append("2026-01-01T09:10:00Z", 3));
    append("2026-01-01T10:10:00Z", 4);
    expected.addAll(append("2026-01-01T07:50:00Z", 5));
    log.closeThrough(Instant.parse("2026-01-01T11:00:00Z"));
    EpochRange range = new EpochRange(epoch("2026-01-01T06:00:00Z"), epoch("2026-01-01T09:00:00Z"));

    List<String> lines = run(runner, ((ReadClosedEpochs) log.read(range)).withChunkLength(100_000));

    assertSame(lines, expected);
  }

  @Test
  void emptyRangeIsEmpty() {
    assertThat(run(DIRECT, log.read(new EpochRange(Epochs.NONE, Epochs.NONE))).isEmpty(), is(true));
    log.closeThrough(Instant.parse("2026-01-01T11:00:00Z"));
    assertThat(run(DIRECT, log.read(new EpochRange(5, 9))).isEmpty(), is(true));
  }

  @Test
  void rangeThatIsNotClosedIsRefusedWhenThePipelineIsBuilt() {
    append("2026-01-01T06:10:00Z", 1);
    log.closeThrough(Instant.parse("2026-01-01T06:00:00Z"));
    long open = epoch("2026-01-01T06:00:00Z");
    Pipeline pipeline = Pipeline.create();

    UserException problem =
        assertThrows(
            UserException.class,
            () -> pipeline.apply("Read", log.read(new EpochRange(Epochs.NONE, open))));

    assertThat(
        problem.getMessage(),
        allOf(containsString("(.., " + open + "]"), containsString("is " + (open - 1))));
  }

  @Test
  void closedEpochsAreBoundedAndFollowingIsNot() {
    Pipeline pipeline = Pipeline.create();
    EpochRange none = new EpochRange(Epochs.NONE, Epochs.NONE);

    assertThat(pipeline.apply("Closed", log.read(none)).isBounded(), equalTo(IsBounded.BOUNDED));
    assertThat(
        pipeline.apply("Follow", log.follow(FollowRequest.fromTheBeginning())).isBounded(),
        equalTo(IsBounded.UNBOUNDED));
  }

  @ParameterizedTest
  @ValueSource(strings = {DIRECT, FLINK_STREAMING})
  void followingUntilTheEndGivesOutEachLineOnceAndEnds(String runner) {
    append("2026-01-01T06:10:00Z", 1);
    List<String> expected = append("2026-01-01T09:10:00Z", 2);
    expected.addAll(append("2026-01-01T07:10:00Z", 3));
    expected.addAll(append("2026-01-01T10:10:00Z", 4));
    PTransform<PBegin, PCollection<RecordBatch>> follow =
        log.follow(FollowRequest.after(epoch("2026-01-01T06:00:00Z")).until(log.end().position()));
    append("2026-01-01T10:20:00Z", 5);

    assertSame(run(runner, follow), expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {DIRECT, FLINK_STREAMING})
  void followingAnEmptyLogUntilItsEndEndsAtOnce(String runner) {
    assertThat(
        run(runner, log.follow(FollowRequest.fromTheBeginning().until(log.end().position())))
            .isEmpty(),
        is(true));
  }

  /** Appends random lines as a segment, and returns its lines with their places. */
  private List<String> append(String at, int sequence) {
    byte[] content = Logs.randomLines(new Random(sequence), 3000, 100_000);
    log.append(List.of(Logs.input("x", content)), Optional.of(Instant.parse(at)));
    List<String> lines = new ArrayList<>();
    Logs.placedLines(content)
        .forEach(line -> lines.add(epoch(at) + " segment-" + sequence + "@" + line));
    return lines;
  }

  private long epoch(String time) {
    return log.epochs().at(Instant.parse(time));
  }

  private List<String> run(String runner, PTransform<PBegin, PCollection<RecordBatch>> read) {
    String output = folder.toString();
    OUTPUTS.put(output, new ConcurrentLinkedQueue<>());
    Pipeline pipeline =
        Pipeline.create(PipelineOptionsFactory.fromArgs(runner.split(" ")).create());
    pipeline.apply("Read log", read).apply("Collect", ParDo.of(new CollectFn(output)));
    assertThat(pipeline.run().waitUntilFinish(), equalTo(State.DONE));
    return new ArrayList<>(OUTPUTS.remove(output));
  }

  private static void assertSame(List<String> lines, List<String> expected) {
    lines.sort(null);
    expected.sort(null);
    assertThat(lines.size(), equalTo(expected.size()));
    assertThat(lines.equals(expected), is(true));
  }

  private static final class CollectFn extends DoFn<RecordBatch, Void> {
    private static final long serialVersionUID = 1L;
    private final String output;

    CollectFn(String output) {
      this.output = output;
    }

    @ProcessElement
    public void process(@Element RecordBatch batch) {
      for (int i = 0; i < batch.size(); i++) {
        OUTPUTS.get(output).add(batch.epoch() + " " + batch.place(i) + ":" + Logs.text(batch, i));
      }
    }
  }
}
