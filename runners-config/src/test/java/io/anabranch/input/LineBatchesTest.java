/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.input;

import static io.anabranch.input.Inputs.bytes;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.UserException;
import io.anabranch.api.spi.log.AppendableLog.Input;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.SequenceInputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LineBatchesTest {
  private static final int LIMIT = 1 << 20;
  private static final CommitEvery NEVER = new CommitEvery(Duration.ofDays(1), Long.MAX_VALUE);

  @Test
  void streamThatEndsIsOneBatchWithItsUnendedLine() {
    LineBatches batches = batches("one\ntwo", NEVER);

    assertThat(next(batches), is("1:one\ntwo"));
    assertThat(next(batches), is("end"));
    assertThat(next(batches("", NEVER)), is("end"));
  }

  @Test
  void batchIsDueOnceSoManyLinesWait() throws IOException {
    try (PipedOutputStream writer = new PipedOutputStream()) {
      LineBatches batches = batches(new PipedInputStream(writer), new CommitEvery(NEVER.time(), 2));

      write(writer, "one\ntwo\nthr");
      String first = next(batches);
      write(writer, "ee\nfour\n");
      String second = next(batches);

      assertThat(first, is("1:one\ntwo\n"));
      assertThat(second, is("3:three\nfour\n"));
    }
  }

  @Test
  void batchIsDueOnceItsFirstLineHasWaitedForSoLong() throws IOException {
    try (PipedOutputStream writer = new PipedOutputStream()) {
      LineBatches batches =
          batches(
              new PipedInputStream(writer), new CommitEvery(Duration.ofMillis(10), Long.MAX_VALUE));

      write(writer, "one\n");
      String first = next(batches);
      write(writer, "two\n");
      String second = next(batches);

      assertThat(first, is("1:one\n"));
      assertThat(second, is("2:two\n"));
    }
  }

  @Test
  void batchIsDueAndReadingWaitsOnceTheMemoryIsFull() {
    String line = "x".repeat(99) + "\n";
    AtomicLong read = new AtomicLong();
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            throw new UnsupportedOperationException();
          }

          @Override
          public int read(byte[] buffer, int offset, int length) {
            System.arraycopy(bytes(line), 0, buffer, offset, 100);
            read.addAndGet(100);
            return 100;
          }
        };
    LineBatches batches = batches(endless, NEVER);

    int first = next(batches).length();
    int second = next(batches).length();
    batches.stop();

    assertThat(first, greaterThan(LineBatches.CAPACITY - (1 << 17)));
    assertThat(second, greaterThan(LineBatches.CAPACITY - (1 << 17)));
    assertThat(read.get(), lessThanOrEqualTo(3L * LineBatches.CAPACITY + 200));
  }

  @Test
  void stopReturnsWholeLinesAndThenTheEnd() throws IOException {
    try (PipedOutputStream writer = new PipedOutputStream()) {
      PipedInputStream pipe = new PipedInputStream(writer);
      LineBatches batches = batches(pipe, new CommitEvery(NEVER.time(), 1));
      write(writer, "one\n");
      String first = next(batches);
      write(writer, "tw");
      batches.stop();

      assertThat(first, is("1:one\n"));
      assertThat(next(batches), is("end"));
    }
  }

  /** As Ctrl-C ends the program that writes, too. */
  @Test
  void failureAfterTheStopLosesNothing() {
    CompletableFuture<LineBatches> made = new CompletableFuture<>();
    InputStream brokenByTheStop =
        new FilterInputStream(new ByteArrayInputStream(bytes("one\n"))) {
          @Override
          public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = super.read(buffer, offset, length);
            if (read < 0) {
              made.join().stop();
              throw new IOException("the pipe is broken");
            }
            return read;
          }
        };
    LineBatches batches = batches(brokenByTheStop, NEVER);
    made.complete(batches);

    assertThat(next(batches), is("1:one\n"));
    assertThat(next(batches), is("end"));
  }

  @Test
  void stopWakesWhoWaits() throws Exception {
    try (PipedOutputStream writer = new PipedOutputStream()) {
      LineBatches batches = batches(new PipedInputStream(writer), NEVER);
      Thread stopper = new Thread(batches::stop);
      stopper.start();

      assertThat(next(batches), is("end"));
      stopper.join();
    }
  }

  @Test
  void lineThatIsTooLongIsReturnedBeforeItIsReadWhole() {
    Set<Thread> others = readers();
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return 'x';
          }
        };
    LineBatches batches =
        batches(
            new SequenceInputStream(new ByteArrayInputStream(bytes("one\n")), endless),
            new CommitEvery(NEVER.time(), 1));

    String first = next(batches);
    await()
        .until(
            () ->
                readers().stream()
                    .filter(thread -> !others.contains(thread))
                    .allMatch(thread -> thread.getState() == Thread.State.WAITING));
    String second = next(batches);
    batches.stop();

    assertThat(first, is("1:one\n"));
    assertThat(second.length(), greaterThan(LIMIT));
    assertThat(second.length(), lessThanOrEqualTo(LIMIT + (1 << 17)));
    assertThat(second.substring(0, 3), is("2:x"));
  }

  private static Set<Thread> readers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("anabranch-input"))
        .collect(Collectors.toSet());
  }

  @Test
  void failureOfTheStreamIsThrownAndWhatWaitsIsNotReturned() {
    InputStream broken =
        new FilterInputStream(new ByteArrayInputStream(bytes("one\n"))) {
          @Override
          public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = super.read(buffer, offset, length);
            if (read < 0) {
              throw new IOException("the pipe is on fire");
            }
            return read;
          }
        };
    LineBatches batches = batches(broken, NEVER);

    UserException problem = assertThrows(UserException.class, batches::next);

    assertThat(problem.getMessage(), containsString("cannot read pipe: the pipe is on fire"));
  }

  private static LineBatches batches(String text, CommitEvery every) {
    return batches(new ByteArrayInputStream(bytes(text)), every);
  }

  private static LineBatches batches(InputStream in, CommitEvery every) {
    return LineBatches.of(Inputs.of("pipe", in), every, LIMIT);
  }

  private static void write(PipedOutputStream writer, String text) throws IOException {
    writer.write(bytes(text));
    writer.flush();
  }

  /** Returns the number of the first line and the text of a batch. */
  private static String next(LineBatches batches) {
    Optional<Input> batch = batches.next();
    if (batch.isEmpty()) {
      return "end";
    }
    try (InputStream in = batch.get().open()) {
      return batch.get().firstLine() + ":" + new String(in.readAllBytes(), ISO_8859_1);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
