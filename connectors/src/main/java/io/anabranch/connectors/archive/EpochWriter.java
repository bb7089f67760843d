/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.archive;

import io.anabranch.api.spi.log.EpochContent;
import io.anabranch.api.spi.log.RecordBatch;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;

/** Writes the files of an epoch, one for each origin. Batches come one origin after the other. */
final class EpochWriter implements AutoCloseable {
  private static final int BLOCK = 256 << 10;
  private static final int LEVEL = 3; // of zstd, its default
  private static final String EXTENSION = ".avro";

  private final Path folder;
  private final List<ArchivedEpoch.File> files = new ArrayList<>();
  private Optional<OpenFile> open = Optional.empty();

  EpochWriter(Path folder) {
    this.folder = folder;
  }

  /** A file that is being written. */
  private static final class OpenFile {
    final String origin;
    final Path path;
    final FileChannel channel;
    final CRC32C checksum = new CRC32C();
    final DataFileWriter<GenericRecord> writer;
    long records;

    OpenFile(Path folder, String origin) throws IOException {
      this.origin = origin;
      this.path = folder.resolve(origin + EXTENSION);
      this.channel =
          FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      this.writer =
          new DataFileWriter<>(new GenericDatumWriter<GenericRecord>(AvroRecords.SCHEMA))
              .setCodec(CodecFactory.zstandardCodec(LEVEL, true))
              .setSyncInterval(BLOCK);
      writer.create(
          AvroRecords.SCHEMA,
          new CheckedOutputStream(
              new BufferedOutputStream(Channels.newOutputStream(channel)), checksum));
    }
  }

  /** Adds records. */
  void add(RecordBatch batch) {
    try {
      if (open.filter(file -> file.origin.equals(batch.origin())).isEmpty()) {
        finish();
        open = Optional.of(new OpenFile(folder, batch.origin()));
      }
      OpenFile file = open.orElseThrow();
      for (int record = 0; record < batch.size(); record++) {
        file.writer.append(AvroRecords.of(batch, record));
      }
      file.records += batch.size();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the manifest, once all is written and on the disk. */
  ArchivedEpoch finish(EpochContent content) throws IOException {
    finish();
    return new ArchivedEpoch(content.epoch(), content.position(), content.checksum(), files);
  }

  private void finish() throws IOException {
    if (open.isPresent()) {
      OpenFile file = open.get();
      file.writer.flush();
      file.channel.force(true);
      file.writer.close();
      open = Optional.empty();
      files.add(
          new ArchivedEpoch.File(
              file.path.getFileName().toString(),
              file.origin,
              file.records,
              Files.size(file.path),
              Long.toHexString(file.checksum.getValue())));
    }
  }

  @Override
  public void close() throws IOException {
    if (open.isPresent()) {
      open.get().channel.close(); // what is written is discarded
    }
  }
}
