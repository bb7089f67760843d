/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.anabranch.api.LogRecord;
import io.anabranch.api.spi.log.RecordBatch;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;

/** Reads what a transform gives out, each record as its epoch and its text, sorted. */
final class Reads {
  private static final Map<String, Queue<String>> SEEN = new ConcurrentHashMap<>();

  private Reads() {}

  static List<String> of(PTransform<PBegin, PCollection<RecordBatch>> reading) {
    String output = UUID.randomUUID().toString();
    SEEN.put(output, new ConcurrentLinkedQueue<>());
    Pipeline pipeline =
        Pipeline.create(PipelineOptionsFactory.fromArgs("--runner=DirectRunner").create());
    pipeline.apply(reading).apply(ParDo.of(new SeeFn(output)));
    pipeline.run().waitUntilFinish();
    return SEEN.remove(output).stream().sorted().toList();
  }

  private static final class SeeFn extends DoFn<RecordBatch, Void> {
    private static final long serialVersionUID = 1L;
    private final String output;

    SeeFn(String output) {
      this.output = output;
    }

    @ProcessElement
    public void process(@Element RecordBatch batch) {
      for (int i = 0; i < batch.size(); i++) {
        LogRecord record = batch.cursor().at(i);
        String key = record.key().map(bytes -> new String(bytes, UTF_8) + ":").orElse("");
        String value = record.hasValue() ? new String(batch.bytes(i), UTF_8) : "null";
        SEEN.get(output).add(batch.epoch() + " " + key + value);
      }
    }
  }
}
