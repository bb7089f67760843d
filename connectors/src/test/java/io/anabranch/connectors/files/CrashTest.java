/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
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
        Logs.live(log, "x".repeat(Integer.parseInt(args[2])) + "\n");
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
    assertThat(log.end().position(), equalTo(Long.toString(killedAfter + 1)));
  }

  private List<Long> sequences() throws IOException {
    FilesLog log = Logs.open(folder, clock);
    return Logs.folder(folder, log, clock).look(0).segments().stream()
        .map(Segment::sequence)
        .toList();
  }

  private Process start(int appends, int length) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-cp", System.getProperty("java.class.path")));
    command.add(CrashTest.class.getName());
    command.addAll(List.of(folder.toString(), Integer.toString(appends), Integer.toString(length)));
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
