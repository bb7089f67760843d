/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.log.AppendableLog.Appended;
import io.anabranch.api.spi.log.AppendableLog.Input;
import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.connectors.files.folder.LogFolder;
import io.anabranch.contracts.log.Lines;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/** Short words for the tests of logs. */
final class Logs {
  static final Duration HOUR = Duration.ofHours(1);

  private Logs() {}

  static FilesLog open(Path path, Clock clock) {
    return open(path, HOUR, Duration.ofSeconds(10), clock);
  }

  static FilesLog open(Path path, Duration epoch, Duration grace, Clock clock) {
    LogSettings defaults = defaults(path);
    return LogOpener.open(
        new LogSettings(
            path, Optional.of(epoch), grace, defaults.maxClockJump(), defaults.maxRecord()),
        clock);
  }

  static LogSettings defaults(Path path) {
    return LogSettings.of(new Settings(Map.of("path", path.toString())));
  }

  static LogFolder folder(Path path, FilesLog log, Clock clock) {
    return new LogFolder(
        path, log.epochs(), Duration.ofSeconds(10), defaults(path).maxClockJump(), clock);
  }

  static void delete(Path path) throws IOException {
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  static Appended live(FilesLog log, String text) {
    return log.append(List.of(input("live", text)), Optional.empty());
  }

  static Appended stated(FilesLog log, String time, String text) {
    return log.append(List.of(input("stated", text)), Optional.of(Instant.parse(time)));
  }

  static Input input(String name, String text) {
    return input(name, text.getBytes(ISO_8859_1));
  }

  /** A part of an input that begins with a later line. */
  static Input part(String name, long firstLine, String text) {
    return Lines.of(name, text.getBytes(ISO_8859_1)).from(firstLine);
  }

  static Input input(String name, byte[] content) {
    return Lines.of(name, content);
  }

  /** An input that breaks after some bytes. */
  static Input broken(String name, String beginning) {
    return new Input() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public InputStream open() {
        return new FilterInputStream(new ByteArrayInputStream(beginning.getBytes(ISO_8859_1))) {
          @Override
          public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = super.read(buffer, offset, length);
            if (read < 0) {
              throw new IOException("the disk is on fire");
            }
            return read;
          }
        };
      }
    };
  }

  /** Returns the names of all regular files under a folder, relative to it. */
  static List<String> files(Path folder) {
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths
          .filter(Files::isRegularFile)
          .map(path -> folder.relativize(path).toString())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String text(RecordBatch batch, int record) {
    return new String(batch.bytes(record), ISO_8859_1);
  }

  static List<String> texts(RecordBatch batch) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      texts.add(text(batch, i));
    }
    return texts;
  }

  /** Lines of any bytes: short, empty and long ones, some with a carriage return. */
  static byte[] randomLines(Random random, int count, int longest) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < count; i++) {
      int kind = random.nextInt(20);
      int length = kind == 0 ? random.nextInt(longest) : kind < 4 ? 0 : random.nextInt(60);
      byte[] line = new byte[length];
      random.nextBytes(line);
      for (int b = 0; b < length; b++) {
        line[b] = line[b] == '\n' ? (byte) 0xFF : line[b];
      }
      out.writeBytes(line);
      if (kind % 5 == 1) {
        out.write('\r');
      }
      out.write('\n');
    }
    return out.toByteArray();
  }

  /** Returns every line as {@code position:text}, by a reader too simple to be wrong. */
  static List<String> placedLines(byte[] content) {
    List<String> lines = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < content.length; i++) {
      if (content[i] == '\n') {
        lines.add(start + ":" + new String(content, start, i - start, ISO_8859_1));
        start = i + 1;
      }
    }
    return lines;
  }

  /** Returns every record as {@code position:text}. */
  static List<String> placedLines(RecordBatch batch) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      lines.add(batch.position(i) + ":" + text(batch, i));
    }
    return lines;
  }
}
