/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files.folder;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.anabranch.api.Epochs;
import io.anabranch.api.spi.log.EpochContent;
import io.anabranch.api.spi.log.LogException;
import io.anabranch.api.spi.log.LogException.Code;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * The file {@code closed}: a line for each time that epochs were closed, with what they hold. It is
 * only appended to. A line counts once it has its end, so one that a crash cut off does not. Safe
 * for several threads.
 */
public final class ClosedEpochs {
  public static final String FILE = "closed";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final NavigableMap<Long, EpochContent> contents = new TreeMap<>();
  private long through = Epochs.NONE;
  private long lastSequence;

  /** How many bytes of the file were read: whole lines. */
  private long read;

  ClosedEpochs(Path folder) {
    this.file = folder.resolve(FILE);
  }

  /** Makes the file, empty, unless it is there: a log without it has lost it. */
  public static void create(Path folder) throws IOException {
    if (!Files.exists(folder.resolve(FILE))) {
      Files.createFile(folder.resolve(FILE));
    }
  }

  /**
   * Returns the last closed epoch, {@link Epochs#NONE} if none is.
   *
   * @throws LogException if the file is lost or damaged
   */
  synchronized long through() throws IOException {
    refresh();
    return through;
  }

  /** Returns the number of the last segment that there was when an epoch was closed last. */
  public synchronized long lastSequence() {
    return lastSequence;
  }

  /** Returns what the closed epochs held that had records, by their numbers. */
  synchronized NavigableMap<Long, EpochContent> contents() throws IOException {
    refresh();
    return Collections.unmodifiableNavigableMap(new TreeMap<>(contents));
  }

  /** Returns the last closed epoch before another one that had records, if there was one. */
  synchronized OptionalLong lastBefore(long epoch) throws IOException {
    refresh();
    Long last = contents.lowerKey(epoch);
    return last == null ? OptionalLong.empty() : OptionalLong.of(last);
  }

  /** Adds a closing; only under the lock of the log. */
  synchronized void append(long closedThrough, long last, Collection<EpochContent> closed)
      throws IOException {
    reread();
    ObjectNode line = JSON.createObjectNode();
    line.put("closedThrough", closedThrough).put("lastSequence", last);
    for (EpochContent content : closed) {
      line.withArray("epochs")
          .addObject()
          .put("epoch", content.epoch())
          .put("position", content.position())
          .put("segments", content.parts())
          .put("bytes", content.bytes())
          .put("checksum", content.checksum());
    }
    ByteBuffer bytes = UTF_8.encode(line + "\n");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(read); // what a crash left of a line
      channel.position(read);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    reread();
  }

  /** Reads on if the file has another length, as far as the file system says at once. */
  private void refresh() throws IOException {
    try {
      if (Files.size(file) != read) { // half a line may be there
        reread();
      }
    } catch (NoSuchFileException e) {
      throw lost(e);
    }
  }

  /**
   * Reads on. A file that is opened is as the last writer left it, also on a file system of another
   * machine, which may tell an old length for seconds; so this comes before any change.
   */
  synchronized void reread() throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size < read) { // it was restored, or a crash's half line removed
        forget();
      }
      if (size > read) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(size - read));
        channel.position(read);
        while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
          // goes on until all is read
        }
        takeLines(bytes.array(), bytes.position());
      }
    } catch (NoSuchFileException e) {
      throw lost(e);
    }
  }

  private LogException lost(NoSuchFileException cause) {
    return new LogException(
        Code.CLOSING_LOST, file + " is missing, which says through when the log is closed", cause);
  }

  private void forget() {
    contents.clear();
    through = Epochs.NONE;
    lastSequence = 0;
    read = 0;
  }

  private void takeLines(byte[] bytes, int length) {
    int start = 0;
    for (int i = 0; i < length; i++) {
      if (bytes[i] == '\n') {
        take(new String(bytes, start, i - start, UTF_8));
        start = i + 1;
      }
    }
    read += start;
  }

  private void take(String text) {
    try {
      JsonNode line = JSON.readTree(text);
      if (!line.path("closedThrough").isIntegralNumber()) {
        throw damaged(text, null);
      }
      through = line.path("closedThrough").asLong();
      lastSequence = line.path("lastSequence").asLong();
      for (JsonNode each : line.path("epochs")) {
        EpochContent content =
            new EpochContent(
                each.path("epoch").asLong(),
                each.path("position").asText(),
                each.path("segments").asLong(),
                each.path("bytes").asLong(),
                each.path("checksum").asText(),
                true);
        contents.put(content.epoch(), content);
      }
    } catch (JsonProcessingException e) {
      throw damaged(text, e);
    }
  }

  private LogException damaged(String line, Exception cause) {
    return new LogException(
        Code.DAMAGED,
        "%s is damaged: it holds \"%s\", and not what was closed as {\"closedThrough\":...}"
            .formatted(file, line.length() > 100 ? line.substring(0, 100) + "..." : line),
        cause);
  }
}
