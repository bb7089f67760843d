/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.kafka;

import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.api.spi.log.RecordBatchCoder;
import java.util.List;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Reads closed epochs of a topic.
 *
 * <p>Output: bounded; batches of records in the global window at the minimum timestamp, in any
 * order.
 *
 * <p>Failures: a record that retention removes before it is read fails the bundle. Every record is
 * read exactly once, because the offsets of a closed epoch never change.
 */
final class ReadOffsets extends PTransform<PBegin, PCollection<RecordBatch>> {
  private static final long serialVersionUID = 1L;

  private final Topic topic;
  private final transient List<OffsetRange> ranges;

  ReadOffsets(Topic topic, List<OffsetRange> ranges) {
    this.topic = topic;
    this.ranges = ranges;
  }

  @Override
  public PCollection<RecordBatch> expand(PBegin input) {
    return input
        .apply(
            "Ranges",
            Create.of(ranges.stream().flatMap(range -> range.parts().stream()).toList())
                .withCoder(OffsetRange.OffsetRangeCoder.of()))
        .apply("Spread", Reshuffle.viaRandomKey())
        .setCoder(OffsetRange.OffsetRangeCoder.of())
        .apply("Read", ParDo.of(new ReadFn(topic)))
        .setCoder(RecordBatchCoder.of());
  }

  @Override
  public void populateDisplayData(DisplayData.Builder builder) {
    builder.add(DisplayData.item("topic", topic.name()));
  }

  /** Reads ranges of offsets. */
  private static final class ReadFn extends DoFn<OffsetRange, RecordBatch> {
    private static final long serialVersionUID = 1L;

    private final Topic topic;
    private transient @Nullable RangeReader reader;

    ReadFn(Topic topic) {
      this.topic = topic;
    }

    @Setup
    public void setup() {
      reader = RangeReader.open(topic);
    }

    @ProcessElement
    public void process(@Element OffsetRange range, OutputReceiver<RecordBatch> out) {
      reader.read(range, out::output);
    }

    @Teardown
    public void teardown() {
      if (reader != null) {
        reader.close();
        reader = null;
      }
    }
  }
}
