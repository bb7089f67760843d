/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.archive;

import io.anabranch.api.spi.log.LogException;
import io.anabranch.api.spi.log.LogException.Code;
import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.api.spi.log.RecordBatchCoder;
import io.anabranch.connectors.input.Problems;
import java.io.BufferedInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;

/**
 * Reads archived epochs.
 *
 * <p>Output: bounded; batches of records in the global window at the minimum timestamp, in any
 * order. Each file is verified by one worker, and read by all of them in chunks.
 *
 * <p>Failures: a file that is missing, or is not what its manifest says, fails the bundle. Every
 * record is read exactly once, because what is archived never changes.
 */
final class ReadArchive extends PTransform<PBegin, PCollection<RecordBatch>> {
  private static final long serialVersionUID = 1L;
  private static final SerializableCoder<Chunk> CHUNKS = SerializableCoder.of(Chunk.class);

  private final transient List<Chunk> files;

  /**
   * A part of a file.
   *
   * @param path the file
   * @param epoch the epoch of its records
   * @param origin their origin
   * @param crc32c the checksum of the whole file
   * @param from where the part begins
   * @param to where it ends
   */
  record Chunk(String path, long epoch, String origin, String crc32c, long from, long to)
      implements Serializable {

    /** All of a file. */
    static Chunk of(Path folder, long epoch, ArchivedEpoch.File file) {
      return new Chunk(
          folder.resolve(file.name()).toString(),
          epoch,
          file.origin(),
          file.crc32c(),
          0,
          file.bytes());
    }
  }

  /**
   * Reads files.
   *
   * @param files all of each
   */
  ReadArchive(List<Chunk> files) {
    this.files = files;
  }

  @Override
  public PCollection<RecordBatch> expand(PBegin input) {
    return input
        .apply("Files", Create.of(files).withCoder(CHUNKS))
        .apply("SpreadFiles", Reshuffle.viaRandomKey())
        .setCoder(CHUNKS)
        .apply("Verify", ParDo.of(new VerifyFn()))
        .setCoder(CHUNKS)
        .apply("Spread", Reshuffle.viaRandomKey())
        .setCoder(CHUNKS)
        .apply("Read", ParDo.of(new ReadFn()))
        .setCoder(RecordBatchCoder.of());
  }

  /** Verifies files, and divides them. */
  private static final class VerifyFn extends DoFn<Chunk, Chunk> {
    private static final long serialVersionUID = 1L;
    private static final long LENGTH = 16 << 20;

    @ProcessElement
    public void process(@Element Chunk file, OutputReceiver<Chunk> out) {
      verify(file);
      for (long from = 0; from < file.to(); from += LENGTH) {
        long to = Math.min(file.to(), from + LENGTH);
        out.output(new Chunk(file.path(), file.epoch(), file.origin(), file.crc32c(), from, to));
      }
    }

    private static void verify(Chunk file) {
      Path path = Path.of(file.path());
      CRC32C checksum = new CRC32C();
      long bytes;
      try (InputStream in =
          new CheckedInputStream(new BufferedInputStream(Files.newInputStream(path)), checksum)) {
        bytes = in.transferTo(OutputStream.nullOutputStream());
      } catch (IOException e) {
        throw new LogException(
            Code.DAMAGED, "a file of the archive cannot be read: " + Problems.describe(e), e);
      }
      if (bytes != file.to() || !Long.toHexString(checksum.getValue()).equals(file.crc32c())) {
        throw LogException.of(
            Code.DAMAGED, "%s is not the file that its manifest names: it was changed", path);
      }
    }
  }

  private static final class ReadFn extends DoFn<Chunk, RecordBatch> {
    private static final long serialVersionUID = 1L;
    private static final int BATCH = 64 << 10;

    @ProcessElement
    public void process(@Element Chunk chunk, OutputReceiver<RecordBatch> out) {
      try (DataFileReader<GenericRecord> reader =
          new DataFileReader<>(new File(chunk.path()), new GenericDatumReader<>())) {
        reader.sync(chunk.from());
        RecordBatch.Builder batch = RecordBatch.of(chunk.epoch(), chunk.origin());
        GenericRecord record = null;
        while (reader.hasNext() && !reader.pastSync(chunk.to())) {
          record = reader.next(record);
          AvroRecords.add(batch, record);
          if (batch.bytes() >= BATCH) {
            out.output(batch.build());
            batch = RecordBatch.of(chunk.epoch(), chunk.origin());
          }
        }
        if (batch.size() > 0) {
          out.output(batch.build());
        }
      } catch (IOException | AvroRuntimeException e) {
        throw new LogException(
            Code.DAMAGED, "%s cannot be read: %s".formatted(chunk.path(), e.getMessage()), e);
      }
    }
  }
}
