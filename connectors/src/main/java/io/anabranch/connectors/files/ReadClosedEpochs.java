/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.spi.log.LogException;
import io.anabranch.api.spi.log.LogException.Code;
import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.api.spi.log.RecordBatchCoder;
import io.anabranch.connectors.files.folder.Contents;
import io.anabranch.connectors.files.folder.LogFolder;
import io.anabranch.connectors.files.folder.LogView;
import io.anabranch.connectors.files.folder.Segment;
import io.anabranch.connectors.files.folder.SegmentFiles;
import java.io.IOException;
import java.util.Optional;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;

/**
 * Reads closed epochs of an embedded log.
 *
 * <p>Output: bounded; batches of records in the global window at the minimum timestamp, in any
 * order. The segments are listed on a worker, verified each by one worker, and read by all workers
 * in chunks.
 *
 * <p>Failures: a range that is not closed is a {@link LogException} when the pipeline is built; so
 * is a range that is not what it was then, once it is read, as after retention; a segment that is
 * damaged or cannot be read fails the bundle. Every record is read exactly once, because closed
 * epochs never change.
 */
final class ReadClosedEpochs extends PTransform<PBegin, PCollection<RecordBatch>> {
  private static final long serialVersionUID = 1L;

  private final transient FilesLog log;
  private final transient EpochRange range;
  private final LogFolder folder;
  private final long chunkLength;

  ReadClosedEpochs(FilesLog log, LogFolder folder, EpochRange range) {
    this(log, folder, range, Chunk.LENGTH);
  }

  private ReadClosedEpochs(FilesLog log, LogFolder folder, EpochRange range, long chunkLength) {
    this.log = log;
    this.folder = folder;
    this.range = range;
    this.chunkLength = chunkLength;
  }

  /** For tests: reads chunks of another length. */
  ReadClosedEpochs withChunkLength(long length) {
    return new ReadClosedEpochs(log, folder, range, length);
  }

  @Override
  public PCollection<RecordBatch> expand(PBegin input) {
    long closedThrough = log.end().closedThrough();
    if (range.after() < range.through() && range.through() > closedThrough) {
      throw LogException.of(
          Code.NOT_CLOSED,
          "epochs %s of the log in %s are not all closed: %s",
          range,
          folder.path(),
          closedThrough == Epochs.NONE ? "no epoch is" : "the last closed one is " + closedThrough);
    }
    return input
        .apply(
            "Range",
            Create.of(KV.of(range.after(), range.through()))
                .withCoder(KvCoder.of(VarLongCoder.of(), VarLongCoder.of())))
        .apply("List", ParDo.of(new ListFn(folder, log.checksum(range))))
        .setCoder(Chunk.ChunkCoder.of())
        .apply("SpreadSegments", Reshuffle.viaRandomKey())
        .setCoder(Chunk.ChunkCoder.of())
        .apply("Verify", ParDo.of(new VerifyFn(folder, chunkLength)))
        .setCoder(Chunk.ChunkCoder.of())
        .apply("Spread", Reshuffle.viaRandomKey())
        .setCoder(Chunk.ChunkCoder.of())
        .apply("Read", ParDo.of(new ReadFn(folder)))
        .setCoder(RecordBatchCoder.of());
  }

  @Override
  public void populateDisplayData(DisplayData.Builder builder) {
    builder
        .add(DisplayData.item("path", folder.path().toString()))
        .add(DisplayData.item("epochs", range.toString()));
  }

  /** Makes one chunk of each segment. */
  private static final class ListFn extends DoFn<KV<Long, Long>, Chunk> {
    private static final long serialVersionUID = 1L;
    private final LogFolder folder;
    private final long checksum;

    ListFn(LogFolder folder, long checksum) {
      this.folder = folder;
      this.checksum = checksum;
    }

    @ProcessElement
    public void process(@Element KV<Long, Long> ends, OutputReceiver<Chunk> out)
        throws IOException {
      EpochRange range = new EpochRange(ends.getKey(), ends.getValue());
      LogView view = folder.look(0);
      if (new Contents(folder, view).checksum(range.after(), range.through()) != checksum) {
        throw LogException.of(
            Code.DAMAGED,
            "epochs %s of the log in %s changed, or were removed, before they were read",
            range,
            folder.path());
      }
      for (Segment segment : view.segments()) {
        if (range.contains(segment.epoch())) {
          out.output(new Chunk(segment, 0, segment.bytes()));
        }
      }
    }
  }

  /** Verifies segments, and divides them. */
  private static final class VerifyFn extends DoFn<Chunk, Chunk> {
    private static final long serialVersionUID = 1L;
    private final LogFolder folder;
    private final long chunkLength;

    VerifyFn(LogFolder folder, long chunkLength) {
      this.folder = folder;
      this.chunkLength = chunkLength;
    }

    @ProcessElement
    public void process(@Element Chunk whole, OutputReceiver<Chunk> out) throws IOException {
      Segment segment = whole.segment();
      SegmentFiles.verify(folder.file(segment), segment);
      for (long from = 0; from < segment.bytes(); from += chunkLength) {
        out.output(new Chunk(segment, from, Math.min(segment.bytes(), from + chunkLength)));
      }
    }
  }

  private static final class ReadFn extends DoFn<Chunk, RecordBatch> {
    private static final long serialVersionUID = 1L;
    private final LogFolder folder;

    ReadFn(LogFolder folder) {
      this.folder = folder;
    }

    @ProcessElement
    public void process(@Element Chunk chunk, OutputReceiver<RecordBatch> out) throws IOException {
      try (ChunkReader reader = ChunkReader.open(folder.file(chunk.segment()), chunk, 0)) {
        for (Optional<RecordBatch.Builder> batch = reader.next();
            batch.isPresent();
            batch = reader.next()) {
          out.output(batch.get().build());
        }
      }
    }
  }
}
