/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import static io.anabranch.transforms.testkit.Runs.DIRECT;
import static io.anabranch.transforms.testkit.Runs.FLINK_STREAMING;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.api.spi.log.RecordBatchCoder;
import io.anabranch.transforms.internal.store.ReportReading;
import io.anabranch.transforms.testkit.Recording;
import io.anabranch.transforms.testkit.Recording.Read;
import io.anabranch.transforms.testkit.Runs;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.Create;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReportReadingTest {
  @ParameterizedTest
  @ValueSource(strings = {DIRECT, FLINK_STREAMING})
  void everyRecordIsReportedOnceWithTheEndOfEachLine(String runner) {
    Recording store = new Recording();
    Pipeline pipeline = Runs.pipeline(runner);
    pipeline
        .apply(
            Create.of(batch(7, "one", "three"), batch(9, "x"), batch(8, ""))
                .withCoder(RecordBatchCoder.of()))
        .apply(ReportReading.to(store.settings(), List.of(Contributions.SLICE)));
    Runs.run(pipeline);

    List<Read> told =
        store.calls().stream().filter(Read.class::isInstance).map(Read.class::cast).toList();
    assertThat(told.stream().mapToLong(Read::records).sum(), is(4L));
    assertThat(told.stream().mapToLong(Read::bytes).sum(), is(4L + 6 + 2 + 1));
    assertThat(told.stream().mapToLong(Read::through).max().orElseThrow(), is(9L));
    assertThat("stores that are open still", store.stillOpen(), is(0));
  }

  private static RecordBatch batch(long epoch, String... records) {
    RecordBatch.Builder batch = RecordBatch.of(epoch, "segment");
    long position = 0;
    for (String record : records) {
      byte[] bytes = record.getBytes(java.nio.charset.StandardCharsets.UTF_8);
      batch.add(position, bytes, 0, bytes.length);
      position += bytes.length + 1;
    }
    return batch.build();
  }
}
