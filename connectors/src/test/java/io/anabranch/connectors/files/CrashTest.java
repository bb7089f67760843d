/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import io.anabranch.api.spi.log.AppendableLog.Input;
import io.anabranch.connectors.files.folder.Segment;
import io.anabranch.contracts.TestClock;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Appends from several processes, which may be killed. */
@Timeout(60)
class CrashTest {
  private static final int LENGTH = 3_000_000;

  @TempDir Path folder;
  private final TestClock clock = new TestClock("2026-01-01T10:30:00Z");

  /** The process: appends a number of times, and says so each time. */
  public static void main(String[] args) {
    try (FilesLog log = Logs.open(Path.of(args[0]), Clock.systemUTC())) {
      for (int i = 0; i < Integer.parseInt(args[1]); i++) {
        Logs.live(log, lines(Integer.parseInt(args[2])));
        System.out.println("appended");
      }
    }
  }

  @Test
  void processesTakeTurns() throws Exception {
    List<Process> processes = List.of(start(40, 10), start(40, 10));
    for (Process process : processes) {
      lines(process, 40);
      assertThat(process.waitFor(), equalTo(0));
    }

    assertThat(sequences(), equalTo(LongStream.rangeClosed(1, 80).boxed().toList()));
  }

  /** Returns lines of a thousand bytes, of this length and one byte. */
  private static String lines(int length) {
    return "x".repeat(length % 1_000) + ("\n" + "x".repeat(999)).repeat(length / 1_000) + "\n";
  }

  /** The other process: appends what never ends. */
  static final class Endless {
    private Endless() {}

    public static void main(String[] args) {
      try (FilesLog log = Logs.open(Path.of(args[0]), Clock.systemUTC())) {
        log.append(List.of(new EndlessInput()), Optional.empty());
      }
    }
  }

  /** Lines, and then nothing, until the process is killed. */
  private static final class EndlessInput implements Input {
    @Override
    public String name() {
      return "endless";
    }

    @Override
    public InputStream open() {
      InputStream lines = new ByteArrayInputStream("x\n".repeat(200_000).getBytes(UTF_8));
      return new SequenceInputStream(
          lines,
          new FilterInputStream(System.in) {
            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
              System.out.println("all is staged");
              return super.read(buffer, offset, length);
            }
          });
    }
  }

  @Test
  void keepsStagedFileOfLivingProcessAndRemovesThatOfKilledOne() throws Exception {
    Process process = start(Endless.class);
    lines(process, 1);

    Logs.live(Logs.open(folder, clock), "a\n");
    List<String> whileItLives = staged();
    process.destroyForcibly().waitFor();
    List<String> afterItDied = staged();
    Logs.open(folder, clock);

    assertThat(whileItLives.size(), equalTo(1));
    assertThat(afterItDied, equalTo(whileItLives));
    assertThat(staged(), equalTo(List.of()));
  }

  private List<String> staged() {
    return Logs.files(folder).stream().filter(file -> file.startsWith("staging")).toList();
  }

  @Test
  void processThatIsKilledLeavesWholeAppendsAndNoLock() throws Exception {
    Process process = start(100_000, LENGTH);
    lines(process, 5);
    process.destroyForcibly().waitFor();

    FilesLog log = Logs.open(folder, clock);
    List<Segment> segments = Logs.folder(folder, log, clock).look(0).segments();
    assertThat(segments.size(), not(equalTo(0)));
    for (Segment segment : segments) {
      assertThat(Files.size(Logs.folder(folder, log, clock).file(segment)), equalTo(LENGTH + 1L));
    }
    long killedAfter = segments.size();
    Logs.stated(log, "2126-01-01T00:00:00Z", "a\n");
    assertThat(log.end().position(), equalTo(Stripes.after(killedAfter + 1)));
  }

  private List<Long> sequences() throws IOException {
    FilesLog log = Logs.open(folder, clock);
    return Logs.folder(folder, log, clock).look(0).segments().stream()
        .map(Segment::sequence)
        .toList();
  }

  private Process start(int appends, int length) throws IOException {
    return start(CrashTest.class, Integer.toString(appends), Integer.toString(length));
  }

  private Process start(Class<?> main, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(main.getName(), folder.toString()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /** Waits for some lines of the output. */
  private static void lines(Process process, int count) throws IOException {
    BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    for (int i = 0; i < count; i++) {
      assertThat(out.readLine() == null, is(false));
    }
  }
}
