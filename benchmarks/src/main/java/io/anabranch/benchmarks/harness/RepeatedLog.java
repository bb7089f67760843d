/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.benchmarks.harness;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A long access log, made of copies of a short one whose days are shifted. */
public final class RepeatedLog {
  private static final Pattern DAY = Pattern.compile("\\[(\\d\\d/\\w{3}/\\d{4}):");
  private static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("dd/MMM/yyyy", Locale.ENGLISH);

  private final List<Line> lines = new ArrayList<>();
  private final int days;

  /** A line without its day, if it has one. */
  private record Line(String before, Optional<LocalDate> day, String after) {}

  private RepeatedLog(int days) {
    this.days = days;
  }

  /**
   * Reads the short log.
   *
   * @param days by how many days each copy is later than the one before it
   */
  public static RepeatedLog of(List<String> shortLog, int days) {
    RepeatedLog log = new RepeatedLog(days);
    for (String line : shortLog) {
      Matcher day = DAY.matcher(line);
      log.lines.add(
          day.find()
              ? new Line(
                  line.substring(0, day.start(1)),
                  Optional.of(LocalDate.parse(day.group(1), FORMAT)),
                  line.substring(day.end(1)))
              : new Line(line, Optional.empty(), ""));
    }
    return log;
  }

  /**
   * Writes copies until there are so many lines.
   *
   * @param each how many copies have the same days: more make fewer rows of a view
   */
  public void write(Path file, int count, int each) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
      for (int i = 0; i < count; i++) {
        Line line = lines.get(i % lines.size());
        long shift = (long) days * (i / lines.size() / each);
        String day = line.day().map(at -> at.plusDays(shift).format(FORMAT)).orElse("");
        out.write((line.before() + day + line.after() + "\n").getBytes(ISO_8859_1));
      }
    }
  }

  /** Cuts a log into files of about the same length, for those who give a file to one reader. */
  public static void cut(Path file, Path folder, int parts) throws IOException {
    Files.createDirectories(folder);
    try (FileChannel all = FileChannel.open(file)) {
      long start = 0;
      for (int part = 1; part <= parts; part++) {
        long end = part == parts ? all.size() : afterLine(all, all.size() * part / parts);
        try (FileChannel out = FileChannel.open(folder.resolve(part + ".log"), CREATE_NEW, WRITE)) {
          for (long from = start; from < end; ) {
            from += all.transferTo(from, end - from, out);
          }
        }
        start = end;
      }
    }
  }

  private static long afterLine(FileChannel log, long near) throws IOException {
    ByteBuffer next = ByteBuffer.allocate(1 << 16);
    log.read(next, near);
    for (int i = 0; i < next.position(); i++) {
      if (next.get(i) == '\n') {
        return near + i + 1;
      }
    }
    throw new IllegalStateException("a line is longer than " + next.capacity() + " bytes");
  }
}
