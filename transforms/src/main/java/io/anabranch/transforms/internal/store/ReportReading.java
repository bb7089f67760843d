/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.store;

import io.anabranch.api.Epochs;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.log.LogPosition;
import io.anabranch.api.spi.log.ReadProgress.Increment;
import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.api.spi.store.ReadReport;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.beam.sdk.coders.VoidCoder;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;

/**
 * Reports to the store how much was read for some slices, once a bundle, and once a second in a
 * bundle that takes long, as those of bounded input may; see {@link
 * io.anabranch.api.spi.log.ReadProgress}.
 *
 * <p>Input: batches of records, bounded or not. Output: nothing, ever.
 *
 * <p>Delivery: a bundle that is run again reports again, so amounts are estimates. Of positions the
 * largest counts, so they are not.
 */
public final class ReportReading extends PTransform<PCollection<RecordBatch>, PCollection<Void>> {
  private final transient Settings store;
  private final transient List<OpenSlice> slices;

  private ReportReading(Settings store, List<OpenSlice> slices) {
    this.store = store;
    this.slices = slices;
  }

  /** Reports to the store of these settings. */
  public static ReportReading to(Settings store, Collection<OpenSlice> slices) {
    return new ReportReading(store, List.copyOf(slices));
  }

  @Override
  public PCollection<Void> expand(PCollection<RecordBatch> input) {
    return input.apply("Report", ParDo.of(new ReportFn(store, slices))).setCoder(VoidCoder.of());
  }

  private static final class ReportFn extends StoreFn<RecordBatch, Void> {
    private static final long serialVersionUID = 1L;
    private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private final ArrayList<OpenSlice> slices;
    private transient long reportedNanos;
    private transient long through;
    private transient long bytes;
    private transient long records;
    private transient LogPosition position;

    ReportFn(Settings settings, List<OpenSlice> slices) {
      super(settings, slices);
      this.slices = new ArrayList<>(slices);
    }

    @StartBundle
    public void startBundle() {
      clear();
    }

    private void clear() {
      reportedNanos = System.nanoTime();
      through = Epochs.NONE;
      bytes = 0;
      records = 0;
      position = LogPosition.START;
    }

    @ProcessElement
    public void process(@Element RecordBatch batch) {
      position = position.merge(batch.readThrough());
      if (batch.size() > 0) {
        through = Math.max(through, batch.epoch());
      }
      bytes += batch.data().length + batch.size();
      records += batch.size();
      if (System.nanoTime() - reportedNanos >= EVERY_NANOS) {
        report();
      }
    }

    @FinishBundle
    public void finishBundle() {
      report();
    }

    private void report() {
      if (records > 0 || !position.equals(LogPosition.START)) {
        Increment more = new Increment(through, bytes, records, position);
        List<ReadReport> reports = new ArrayList<>();
        slices.forEach(slice -> reports.add(new ReadReport.Read(slice.fence(), more)));
        toStore(store -> store.progress().report(reports));
      }
      clear();
    }
  }
}
