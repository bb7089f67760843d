/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.input;

import io.anabranch.api.UserException;
import io.anabranch.api.spi.log.AppendableLog.Input;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * Cuts a stream into batches of whole lines. A thread of its own reads the stream, as reading may
 * wait for ever; at most {@value #CAPACITY} bytes and one line wait in memory.
 */
public final class LineBatches {
  /** How many bytes wait at most, if no line is longer. */
  static final int CAPACITY = 16 << 20;

  private static final int CHUNK = 1 << 16;
  private static final Duration LAST_READ = Duration.ofMillis(200);

  private final Input input;
  private final CommitEvery every;
  private final int longestLine;

  /** What is read and waits, in the first {@code size} bytes. */
  private byte[] waiting = new byte[4 * CHUNK];

  private int size;

  /** Where the last whole line ends. */
  private int wholeSize;

  private long wholeLines;
  private long firstLine = 1;
  private long dueNanos;
  private boolean stopped;

  private boolean awaited;

  /** Whether the last batch was returned. */
  private boolean closed;

  private boolean ended;
  private Throwable failure;

  private LineBatches(Input input, CommitEvery every, int longestLine) {
    this.input = input;
    this.every = every;
    this.longestLine = longestLine;
  }

  /**
   * Begins to read.
   *
   * @param longestLine how many bytes a line may have; a batch may end with the beginning of one
   *     that is longer, and is then to be refused
   */
  public static LineBatches of(Input input, CommitEvery every, int longestLine) {
    LineBatches batches = new LineBatches(input, every, longestLine);
    Thread reader = new Thread(batches::read, "anabranch-input");
    reader.setDaemon(true);
    reader.start();
    return batches;
  }

  /**
   * Waits until a batch is due, and returns it; empty at the end. What waits when reading fails is
   * not returned.
   *
   * @throws UserException if the stream cannot be read or is refused
   */
  public synchronized Optional<Input> next() {
    try {
      while (!stopped && !ended && !isDue()) {
        wait(wholeLines == 0 ? 0 : Math.max(1, (dueNanos - System.nanoTime()) / 1_000_000));
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
    if (failure != null) {
      throw failed();
    }
    awaitLastRead();
    int end = stopped || (wholeSize > 0 && !ended) ? wholeSize : size;
    if (end == 0) {
      closed = true;
      return Optional.empty();
    }
    Batch batch = new Batch(input, firstLine, Arrays.copyOf(waiting, end));
    remove(end);
    return Optional.of(batch);
  }

  /** What was read just before the stop may not be here yet; who waits for more never comes. */
  private void awaitLastRead() {
    if (!stopped || awaited) {
      return;
    }
    awaited = true;
    int before = size;
    long until = System.nanoTime() + LAST_READ.toNanos();
    try {
      while (size == before && !ended && System.nanoTime() < until) {
        wait(Math.max(1, (until - System.nanoTime()) / 1_000_000));
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** Ends the stream after the last whole line that was read; any thread may call this. */
  public synchronized void stop() {
    stopped = true;
    notifyAll();
  }

  /** Returns how many bytes of a line that has not ended wait. */
  public synchronized int unfinished() {
    return size - wholeSize;
  }

  private boolean isDue() {
    return wholeLines == 0
        ? size > longestLine
        : wholeLines >= every.lines()
            || size > CAPACITY - CHUNK
            || System.nanoTime() - dueNanos >= 0;
  }

  private void remove(int end) {
    System.arraycopy(waiting, end, waiting, 0, size - end);
    size -= end;
    wholeSize = 0;
    firstLine += wholeLines;
    wholeLines = 0;
    notifyAll();
  }

  private RuntimeException failed() {
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure instanceof RuntimeException refused) {
      return refused;
    }
    return new UserException("cannot read " + input.name() + ": " + failure.getMessage(), failure);
  }

  private void read() {
    byte[] chunk = new byte[CHUNK];
    try (InputStream in = input.open()) {
      int length = in.read(chunk);
      while (length >= 0 && add(chunk, length)) {
        length = in.read(chunk);
      }
      end(null);
    } catch (IOException | RuntimeException | Error e) { // next() throws it
      end(e);
    }
  }

  private synchronized void end(Throwable why) {
    ended = true;
    failure = stopped ? null : why; // who stops a pipeline may break what flows through it
    notifyAll();
  }

  /** Waits for space, and adds; returns false if nobody wants more. */
  private synchronized boolean add(byte[] chunk, int length) {
    try {
      while (!stopped && (wholeSize > 0 ? size + length > CAPACITY : size > longestLine)) {
        wait();
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
    if (closed) {
      return false;
    }
    if (size + length > waiting.length) {
      waiting = Arrays.copyOf(waiting, Math.max(size + length, 2 * waiting.length));
    }
    System.arraycopy(chunk, 0, waiting, size, length);
    countLines(size, size + length);
    size += length;
    notifyAll();
    return !stopped;
  }

  private void countLines(int from, int to) {
    for (int i = from; i < to; i++) {
      if (waiting[i] == '\n') {
        if (wholeLines == 0) {
          dueNanos = System.nanoTime() + every.time().toNanos();
        }
        wholeLines++;
        wholeSize = i + 1;
      }
    }
  }

  private UserException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new UserException("reading " + input.name() + " was interrupted", e);
  }

  /** Some of the lines. */
  private record Batch(Input of, long firstLine, ByteArrayInputStream lines) implements Input {
    Batch(Input of, long firstLine, byte[] lines) {
      this(of, firstLine, new ByteArrayInputStream(lines));
    }

    @Override
    public String name() {
      return of.name();
    }

    @Override
    public Optional<byte[]> key(byte[] line) {
      return of.key(line);
    }

    @Override
    public InputStream open() {
      return lines;
    }
  }
}
