/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ingest -} in a process of its own that gets SIGTERM while its input goes on. */
final class LiveIngestEndToEndTest {
  /** More than a pipe and all buffers hold, so that most of it was read once it is written. */
  private static final int LINES = 10_000;

  private static final String LINE = "x".repeat(99) + "\n";

  @TempDir Path folder;

  @Test
  void sigtermStoresTheWholeLinesThatWereReadAndSaysHowMany() throws Exception {
    CommandLine cli = new CommandLine(folder, "lambda", "direct");
    Process process =
        cli.start("ingest", "ingest", "-", "--at", "2015-05-21T00:30:00Z", "--commit-every", "1h");
    try (OutputStream pipe = process.getOutputStream()) {
      pipe.write((LINE.repeat(LINES) + "half a line").getBytes(UTF_8));
      pipe.flush();

      process.toHandle().destroy(); // SIGTERM; that of the process would close the pipe as well
      assertThat("ends by itself", process.waitFor(1, TimeUnit.MINUTES), is(true));
    } finally {
      process.destroyForcibly().waitFor();
    }

    String out = Files.readString(folder.resolve("ingest.out"));
    String err = Files.readString(folder.resolve("ingest.err"));
    assertThat(err, process.exitValue(), is(0));
    String stored = stored();
    int lines = stored.length() / LINE.length();
    assertThat("only whole lines", stored.equals(LINE.repeat(lines)), is(true));
    assertThat(lines, greaterThan(LINES / 2));
    assertThat(out, startsWith(String.format(Locale.ROOT, "stopped: ingested %,d lines (", lines)));
    assertThat(err, containsString("stopping; once more to stop at once"));
  }

  private String stored() throws IOException {
    Path epoch = folder.resolve("log/epochs/2015-05-21T00-00-00Z");
    StringBuilder text = new StringBuilder();
    try (Stream<Path> segments = Files.list(epoch)) {
      for (Path segment : segments.sorted().toList()) {
        text.append(Files.readString(segment));
      }
    }
    return text.toString();
  }
}
