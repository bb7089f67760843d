/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import io.anabranch.cli.Cli.Result;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code ingest} takes and refuses, from files and from standard input. */
@Timeout(120)
final class IngestTest {
  private static final String AT = "2015-05-21T00:30:00Z";

  @TempDir Path folder;
  private final InputStream standardInput = System.in;
  private final PipedOutputStream writer = new PipedOutputStream();
  private Cli cli;

  @BeforeEach
  void setUp() {
    cli = new Cli(folder, "lambda");
  }

  @AfterEach
  void restoreStandardInput() throws IOException {
    writer.close();
    System.setIn(standardInput);
  }

  @Test
  void readsCompressedFilesByTheirContent() throws IOException {
    cli.write("access.log.gz.1", gzip("one\ntwo\n"));

    Result result = ingest("access.log.gz.1");

    assertIngested(result, "ingested 2 lines (8 bytes) into the epoch [2015-05-21T00:00:00Z, ");
    assertThat(segments(), contains("one\ntwo\n"));
  }

  @Test
  void appendsNothingOfAnyFileIfOneIsBroken() throws IOException {
    ByteArrayOutputStream broken = new ByteArrayOutputStream();
    broken.writeBytes(gzip("one\n"));
    broken.writeBytes("plain text\n".getBytes(UTF_8));
    cli.write("broken.gz", broken.toByteArray());
    cli.write("good.log", "one\n");

    Result result = ingest("good.log", "broken.gz");

    assertFails(result, 1, "broken.gz", "after member 1", "; nothing was appended");
    assertThat(segments(), hasSize(0));
  }

  @Test
  void binaryTakesBytesAsTheyAre() throws IOException {
    byte[] gzip = gzip("one\n");
    String text = "\0\u0001a\n\0\u0002b\n";
    cli.write("a.gz", gzip);
    cli.write("b.log", text);

    assertFails(ingest("b.log"), 1, "b.log does not look like lines of text", "--binary");
    assertIngested(ingest("a.gz", "--binary"), "ingested");
    assertIngested(ingest("b.log", "--binary"), "ingested 2 lines");

    assertThat(segments().get(1), is(text));
    assertThat(segments().get(0), containsString(new String(gzip, 0, 3, UTF_8)));
  }

  @Test
  void keysAreForLogsThatHaveSome() throws IOException {
    cli.write("a.log", "one\n");

    assertFails(ingest("a.log", "--key", "^(\\S+)"), 2, "--key is for a Kafka topic");
    assertFails(ingest("a.log", "--key", "(a)|(b)"), 2, "has 2 groups");
    assertFails(ingest("a.log", "--key", "["), 2, "\"[\" is no regular expression");
    assertThat(segments(), hasSize(0));
  }

  @Test
  void saysWhichNulsAreLeftOut() throws IOException {
    cli.write("copied.log", "\0\0\0one\n");

    Result result = ingest("copied.log");

    assertThat(result.err(), containsString("copied.log: removed 3 NUL bytes before line 1"));
    assertThat(segments(), contains("one\n"));
  }

  @Test
  void refusesLineLongerThanTheConfiguredLimit() throws IOException {
    cli.reconfigure("epoch: 1h", "epoch: 1h, maxRecord: 2KiB");
    cli.write("long.log", "one\n" + "x".repeat(2_049) + "\n");

    assertFails(
        ingest("long.log"),
        1,
        "line 2 of ",
        "long.log is longer than 2KiB, which log.maxRecord allows",
        "nothing was appended");
    assertIngested(ingest("long.log", "--set", "log.maxRecord=3KiB"), "ingested 2 lines");
  }

  @Test
  void appendsStandardInputAtItsEnd() throws IOException {
    System.setIn(new ByteArrayInputStream(gzip("one\ntwo")));

    Result result = ingest("-");

    assertIngested(result, "ingested 2 lines (8 bytes) into the epoch [2015-05-21T00:00:00Z, ");
    assertThat(segments(), contains("one\ntwo\n"));
  }

  @Test
  void appendsStandardInputWhileItGoesOn() throws Exception {
    CompletableFuture<Result> ingest = start("--commit-every", "10ms");

    write("one\ntw");
    await().until(() -> segments().equals(List.of("one\n")));
    write("o\n");
    await().until(() -> segments().equals(List.of("one\n", "two\n")));
    writer.close();

    assertIngested(ingest.get(1, TimeUnit.MINUTES), "ingested 2 lines (8 bytes) into the epoch [");
  }

  @Test
  void appendsStandardInputOnceSoManyLinesWait() throws Exception {
    CompletableFuture<Result> ingest = start("--commit-every", "1h,2");

    write("one\ntwo\n");
    await().until(() -> segments().equals(List.of("one\ntwo\n")));
    writer.close();

    assertIngested(ingest.get(1, TimeUnit.MINUTES), "ingested 2 lines (8 bytes) into the epoch [");
  }

  @Test
  void saysHowManyLinesWereAppendedBeforeOneThatIsTooLong() throws Exception {
    CompletableFuture<Result> ingest = start("--commit-every", "1", "--set", "log.maxRecord=1KiB");

    write("one\ntwo\n");
    await().until(() -> segments().equals(List.of("one\ntwo\n")));
    write("x".repeat(1_025));

    assertFails(
        ingest.get(1, TimeUnit.MINUTES),
        1,
        "line 3 of standard input is longer than 1KiB",
        "; 2 lines before it were appended: go on from line 3");
    assertThat(segments(), contains("one\ntwo\n"));
  }

  @Test
  void saysHowManyLinesWereAppendedBeforeTheEpochWasClosed() throws Exception {
    CompletableFuture<Result> ingest = start("--commit-every", "1");

    write("one\n");
    await().until(() -> segments().equals(List.of("one\n")));
    assertThat(cli.run("close", "--through", "2015-05-21T01:00:00Z").code(), is(0));
    write("two\n");

    assertFails(
        ingest.get(1, TimeUnit.MINUTES),
        1,
        "closed epoch",
        "; 1 line before it was appended: go on from line 2");
  }

  @Test
  void refusesStandardInputWithoutALineOrText() throws IOException {
    System.setIn(new ByteArrayInputStream(new byte[0]));
    assertFails(ingest("-"), 1, "standard input holds no line; nothing was appended");
    System.setIn(new ByteArrayInputStream("a\0b\n".getBytes(UTF_8)));
    assertFails(ingest("-"), 1, "standard input does not look like", "; nothing was appended");
    ByteArrayOutputStream broken = new ByteArrayOutputStream();
    broken.writeBytes(gzip("one\n"));
    broken.write('x');
    System.setIn(new ByteArrayInputStream(broken.toByteArray()));
    assertFails(ingest("-"), 1, "cannot read standard input", "; nothing was appended");

    assertThat(segments(), hasSize(0));
  }

  @Test
  void refusesUsesThatContradict() {
    cli.write("a.log", "one\n");

    assertFails(ingest("a.log", "-"), 2, "- is standard input", "a command of its own");
    assertFails(ingest("-", "-"), 2, "- is standard input");
    assertFails(ingest("a.log", "--commit-every", "5s"), 2, "--commit-every is for standard input");
    assertFails(ingest("-", "--commit-every", "soon"), 2, "--commit-every", "\"soon\"", "5s");
    assertFails(ingest("-", "--commit-every", "1,2"), 2, "--commit-every", "two of a kind");
    assertFails(
        ingest("-", "--commit-every", "1", "--commit-every", "2"), 2, "1,2", "two of a kind");
  }

  /** Starts to ingest what is written. */
  private CompletableFuture<Result> start(String... options) throws IOException {
    System.setIn(new PipedInputStream(writer));
    return CompletableFuture.supplyAsync(
        () -> ingest(Stream.concat(Stream.of("-"), Stream.of(options)).toArray(String[]::new)));
  }

  private Result ingest(String... arguments) {
    List<String> all =
        Stream.concat(
                Stream.of("ingest", "--at", AT),
                Stream.of(arguments)
                    .map(each -> each.contains(".") && !each.contains("=") ? path(each) : each))
            .toList();
    return cli.run(all.toArray(String[]::new));
  }

  private String path(String name) {
    return cli.path(name).toString();
  }

  /** Returns the appends in their order. */
  private List<String> segments() throws IOException {
    Path epoch = folder.resolve("log/epochs/2015-05-21T00-00-00Z");
    if (!Files.exists(epoch)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(epoch)) {
      return files.sorted().map(IngestTest::text).toList();
    }
  }

  private static String text(Path file) {
    try {
      return new String(Files.readAllBytes(file), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(String text) throws IOException {
    writer.write(text.getBytes(UTF_8));
    writer.flush();
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(text.getBytes(UTF_8));
    }
    return out.toByteArray();
  }

  private static void assertIngested(Result result, String part) {
    assertThat(result.err(), result.code(), is(0));
    assertThat(result.out(), containsString(part));
  }

  private static void assertFails(Result result, int code, String... parts) {
    assertThat(result.err(), result.errors(), hasSize(1));
    for (String part : parts) {
      assertThat(result.err(), containsString(part));
    }
    assertThat(result.err(), not(containsString("bug")));
    assertThat(result.err(), result.code(), is(code));
    assertThat(result.out(), is(""));
  }
}
