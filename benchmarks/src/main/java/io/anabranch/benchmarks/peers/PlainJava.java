/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.benchmarks.peers;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.anabranch.benchmarks.peers.PageViewsTable.Cell;
import io.anabranch.examples.web.Request;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * The limit: one program without any framework. Each thread counts its share of the file in a map;
 * the rows go to the table sorted, in one transaction. It survives nothing, and holds all rows in
 * memory. Arguments: the log, the JDBC URL, the number of threads.
 */
public final class PlainJava {
  private static final int BUFFER = 1 << 20;
  private static final int ROWS_OF_A_BATCH = 50_000;
  private static final long MINUTE = 60_000;

  private PlainJava() {}

  /** Runs the job. */
  public static void main(String[] args)
      throws IOException, SQLException, InterruptedException, ExecutionException {
    PageViewsTable.create(args[1]);
    write(args[1], count(Path.of(args[0]), Integer.parseInt(args[2])));
  }

  private static Map<Cell, Counter> count(Path log, int threads)
      throws IOException, InterruptedException, ExecutionException {
    long size = Files.size(log);
    ExecutorService workers = Executors.newFixedThreadPool(threads);
    try {
      List<Callable<Map<Cell, Counter>>> shares =
          IntStream.range(0, threads)
              .<Callable<Map<Cell, Counter>>>mapToObj(
                  i -> () -> count(log, size * i / threads, size * (i + 1) / threads))
              .toList();
      Map<Cell, Counter> all = new HashMap<>();
      for (Future<Map<Cell, Counter>> share : workers.invokeAll(shares)) {
        share.get().forEach((cell, n) -> all.computeIfAbsent(cell, c -> new Counter()).n += n.n);
      }
      return all;
    } finally {
      workers.shutdownNow();
    }
  }

  /** Counts the lines that begin at {@code from} or later, and before {@code to}. */
  private static Map<Cell, Counter> count(Path log, long from, long to) throws IOException {
    Map<Cell, Counter> counts = new HashMap<>();
    try (FileChannel file = FileChannel.open(log)) {
      file.position(Math.max(0, from - 1));
      Bytes in = new Bytes(file);
      long position = from;
      byte[] line = new byte[BUFFER];
      if (from > 0) {
        position = from - 1 + read(in, line) + 1;
      }
      while (position < to) {
        int length = read(in, line);
        if (length < 0) {
          break;
        }
        position += length + 1;
        add(counts, new String(line, 0, length, UTF_8));
      }
    }
    return counts;
  }

  /** Reads a line into the array, and returns its length; -1 at the end of the file. */
  private static int read(Bytes in, byte[] line) throws IOException {
    int length = 0;
    for (int next = in.next(); next != '\n'; next = in.next()) {
      if (next < 0) {
        return length == 0 ? -1 : length;
      }
      line[length++] = (byte) next;
    }
    return length;
  }

  private static void add(Map<Cell, Counter> counts, String line) {
    Request request;
    try {
      request = Request.parse(line);
    } catch (IllegalArgumentException e) {
      return;
    }
    long time = request.time().toEpochMilli();
    counts.computeIfAbsent(
            new Cell(request.page(), time - Math.floorMod(time, MINUTE)), cell -> new Counter())
        .n++;
  }

  private static void write(String url, Map<Cell, Counter> counts) throws SQLException {
    Cell[] cells = counts.keySet().toArray(new Cell[0]);
    Arrays.sort(cells, Comparator.comparing(Cell::page).thenComparing(Cell::minute));
    try (Connection connection = DriverManager.getConnection(url)) {
      connection.setAutoCommit(false);
      try (PreparedStatement upsert = connection.prepareStatement(PageViewsTable.UPSERT)) {
        for (int i = 0; i < cells.length; i++) {
          PageViewsTable.set(
              upsert, new PageViews(cells[i].page(), cells[i].minute(), counts.get(cells[i]).n));
          upsert.addBatch();
          if (i % ROWS_OF_A_BATCH == ROWS_OF_A_BATCH - 1) {
            upsert.executeBatch();
          }
        }
        upsert.executeBatch();
      }
      connection.commit();
    }
  }

  /** A {@code BufferedInputStream} would take a lock for each byte. */
  private static final class Bytes {
    private final FileChannel file;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).limit(0);

    Bytes(FileChannel file) {
      this.file = file;
    }

    /** Returns the next byte, -1 at the end of the file. */
    int next() throws IOException {
      if (!buffer.hasRemaining()) {
        buffer.clear();
        int read = file.read(buffer);
        buffer.flip();
        if (read < 0) {
          return -1;
        }
      }
      return buffer.get() & 0xff;
    }
  }

  private static final class Counter {
    private long n;
  }
}
