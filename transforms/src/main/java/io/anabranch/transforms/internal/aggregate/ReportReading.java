/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import io.anabranch.api.Epochs;
import io.anabranch.api.spi.Settings;
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
 * Tells the store how much was read for some slices, once a bundle, and once a second in a bundle
 * that takes long, as those of bounded input may; see {@link io.anabranch.api.spi.log.Reading}.
 *
 * <p>Input: batches of records, bounded or not. Output: nothing, ever.
 *
 * <p>Delivery: a bundle that is run again tells of it again, so it is a measure of progress only.
 */
public final class ReportReading extends PTransform<PCollection<RecordBatch>, PCollection<Void>> {
  private final transient Settings store;
  private final transient List<OpenSlice> slices;

  private ReportReading(Settings store, List<OpenSlice> slices) {
    this.store = store;
    this.slices = slices;
  }

  /** Tells the store of these settings. */
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
    private transient long toldNanos;
    private transient long through;
    private transient long bytes;
    private transient long records;

    ReportFn(Settings settings, List<OpenSlice> slices) {
      super(settings);
      this.slices = new ArrayList<>(slices);
    }

    @StartBundle
    public void startBundle() {
      clear();
    }

    private void clear() {
      toldNanos = System.nanoTime();
      through = Epochs.NONE;
      bytes = 0;
      records = 0;
    }

    @ProcessElement
    public void process(@Element RecordBatch batch) {
      through = Math.max(through, batch.epoch());
      bytes += batch.data().length + batch.size();
      records += batch.size();
      if (System.nanoTime() - toldNanos >= EVERY_NANOS) {
        tell();
      }
    }

    @FinishBundle
    public void finishBundle() {
      tell();
    }

    private void tell() {
      if (records > 0) {
        List<ReadReport> reports = new ArrayList<>();
        slices.forEach(
            slice -> reports.add(new ReadReport.Read(slice.fence(), through, bytes, records)));
        toStore(store -> store.progress().report(reports));
      }
      clear();
    }
  }
}
