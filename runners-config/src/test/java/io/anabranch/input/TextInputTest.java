/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.input;

import static io.anabranch.input.Inputs.bytes;
import static io.anabranch.input.Inputs.gzip;
import static io.anabranch.input.Inputs.join;
import static io.anabranch.input.Inputs.zstd;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class TextInputTest {
  private static final String LINES = "one\ntwo\n";
  private static final byte[] MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private final List<String> notices = new ArrayList<>();

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "\n", "a\r\n\r\nb", "1f\n", "PK\n", "BZh9 is no bzip2\n"})
  void readsTextAsItIs(String text) throws IOException {
    assertThat(read("access.log", bytes(text)), is(text));
    assertThat(notices, is(empty()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.log.gz", "a.log.GZ", "access.log.gz.1", "a.log", "standard input"})
  void decompressesByContentWhateverTheName(String name) throws IOException {
    assertThat(read(name, gzip(LINES)), is(LINES));
    assertThat(read(name, zstd(LINES)), is(LINES));
    assertThat(notices, is(empty()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.log.gz", "A.GZ", "a.zst"})
  void readsTextUnderACompressedNameAndSaysSo(String name) throws IOException {
    assertThat(read(name, bytes(LINES)), is(LINES));

    assertThat(
        notices, is(List.of(name + " is not compressed, whatever its name says: read as it is")));
  }

  @Test
  void readsAllMembersAndFrames() throws IOException {
    byte[] members = join(gzip("one"), gzip(""), gzip("\ntwo"), gzip("\n"));
    byte[] frames = join(zstd("one"), zstd(""), zstd("\ntwo"), zstd("\n"));

    assertThat(read("a", members), is(LINES));
    assertThat(read("a", frames), is(LINES));
    assertThat(read("a", join(skippableFrame(), frames)), is(LINES));
  }

  @Test
  void readsLargeDataThatIsCutAnywhere() throws IOException {
    Random random = new Random(7);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 60_000; i++) {
      text.append(random.nextLong()).append(i % 3 == 0 ? "\n" : " ");
    }
    String half = text.substring(0, 444_444);

    byte[] members = join(gzip(half), gzip(text.substring(444_444)));

    assertThat(read("a", members).contentEquals(text), is(true));
    assertThat(
        read("a", join(zstd(half), zstd(text.substring(444_444)))).contentEquals(text), is(true));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 511, 100_000})
  void ignoresNulsAfterTheLastMember(int length) throws IOException {
    assertThat(read("a.gz", join(gzip(LINES), new byte[length])), is(LINES));
  }

  @Test
  void refusesWhatFollowsAMemberAndIsNone() {
    for (byte[] garbage :
        new byte[][] {
          bytes("1.2.3.4 - - plain text\n"),
          bytes("\n"),
          {0x1F},
          {0x1F, 0},
          join(new byte[512], bytes("x")),
          join(new byte[512], gzip(LINES))
        }) {
      assertBroken("after member 1", join(gzip(LINES), garbage));
      assertBroken("after member 2", join(gzip(LINES), gzip(LINES), garbage));
    }
  }

  @Test
  void refusesBrokenMembers() {
    byte[] member = gzip(LINES);
    for (int length = 3; length < member.length; length++) {
      assertBroken("within member 1", Arrays.copyOf(member, length));
      assertBroken("within member 2", join(member, Arrays.copyOf(member, length)));
    }
    byte[] wrongSum = member.clone();
    wrongSum[member.length - 6] ^= 1;
    assertBroken("corrupt", wrongSum);
    assertBroken("corrupt", join(member, wrongSum));
    byte[] wrongLength = member.clone();
    wrongLength[member.length - 1] ^= 1;
    assertBroken("corrupt", join(member, wrongLength, member));
  }

  @Test
  void refusesBrokenFrames() {
    byte[] frame = zstd(LINES);
    for (int length = 4; length < frame.length; length++) {
      assertBroken("within a frame", Arrays.copyOf(frame, length));
      assertBroken("within a frame", join(frame, Arrays.copyOf(frame, length)));
    }
    assertBroken("corrupt", join(frame, bytes("plain text\n")));
    assertBroken("corrupt", join(frame, bytes("\n")));
  }

  @ParameterizedTest
  @CsvSource({
    "425a6839314159265359, bzip2 data, bzip2 -dc",
    "425a683117724538509000000000, bzip2 data, bzip2 -dc",
    "fd377a585a000004, xz data, xz -dc",
    "04224d1864, lz4 data, lz4 -dc",
    "4c5a495001, lzip data, lzip -dc",
    "894c5a4f000d0a1a0a, lzop data, lzop -dc",
    "1f9d90, data of compress, gzip -dc",
    "ff060000734e61507059, snappy data, snzip -dc",
    "504b0304140000, a zip archive, unzip -p",
    "504b0506000000, a zip archive, unzip -p",
    "377abcaf271c0004, a 7z archive, 7z x -so",
    "504152311504, a Parquet file, lines of text",
    "4f626a0104, an Avro file, lines of text",
    "53514c69746520666f726d6174203300, an SQLite file, lines of text",
    "fffe610062000a00, text in UTF-16, iconv -f UTF-16",
    "feff006100620a, text in UTF-16, iconv -f UTF-16",
    "fffe000061000000, text in UTF-32, iconv -f UTF-32",
    "0000feff00000061, text in UTF-32, iconv -f UTF-32"
  })
  void refusesOtherFormatsAndSaysWhatToDo(String hex, String format, String advice) {
    byte[] content = HexFormat.of().parseHex(hex);

    assertRefused(content, "x.log is " + format, advice);
    assertRefused(gzip(content), "x.log holds " + format + " within gzip data", advice);
  }

  @Test
  void refusesArchivesOfText() {
    byte[] archive = new byte[1024];
    System.arraycopy(bytes("a.log"), 0, archive, 0, 5);
    System.arraycopy(bytes("ustar"), 0, archive, 257, 5);
    System.arraycopy(bytes(LINES), 0, archive, 512, LINES.length());

    assertRefused(archive, "a tar archive", "tar -xOf");
    assertRefused(gzip(archive), "a tar archive within gzip data");
    assertRefused(zstd(new String(archive, ISO_8859_1)), "a tar archive within zstd data");
  }

  @Test
  void refusesDataThatIsCompressedTwice() {
    assertRefused(gzip(gzip(LINES)), "gzip data within gzip data", "Decompress it once more");
  }

  @Test
  void leavesByteOrderMarkOut() throws IOException {
    byte[] text = join(MARK, bytes(LINES));

    assertThat(read("a", text), is(LINES));
    assertThat(read("a", gzip(text)), is(LINES));
    assertThat(read("a", MARK), is(""));
    assertThat(notices, is(empty()));
  }

  @Test
  void keepsWhatIsNoByteOrderMark() throws IOException {
    for (byte[] text :
        new byte[][] {
          Arrays.copyOf(MARK, 2), join(bytes("a\n"), MARK, bytes("b\n")), join(MARK, MARK)
        }) {
      byte[] expected = text.length == 6 ? MARK : text;

      assertThat(bytes(read("a", text)), is(expected));
    }
  }

  @Test
  void leavesNulsAtTheBeginningOfLinesOutAndSaysWhere() throws IOException {
    String text = "\0".repeat(4_096) + "one\n\0two\n" + "\0".repeat(100_000);

    assertThat(read("a.log", bytes(text)), is(LINES));
    assertThat(
        notices,
        is(
            List.of(
                "a.log: removed 4,096 NUL bytes before line 1; was the log truncated while it was"
                    + " written?",
                "a.log: removed 1 NUL byte before line 2; was the log truncated while it was"
                    + " written?",
                "a.log: removed 100,000 NUL bytes at the end; was the log truncated while it was"
                    + " written?")));
  }

  @Test
  void readsNulsAcrossWhatIsReadAtOnce() throws IOException {
    String text = "a\n" + "\0".repeat(1_000_000) + "b\n";

    assertThat(read("a", join(MARK, bytes(text))), is("a\nb\n"));
    assertThat(notices.get(0), containsString("1,000,000 NUL bytes before line 2"));
  }

  @Test
  void keepsNulsWithinLines() throws IOException {
    String text = "a\0b\nc\0\nd\ne\nf\n";

    assertThat(read("a", bytes(text)), is(text));
    assertThat(notices, is(empty()));
  }

  @Test
  void reportsNulsOfManyLinesTenTimes() throws IOException {
    assertThat(read("a", bytes("\0x\n".repeat(100))), is("x\n".repeat(100)));

    assertThat(notices, hasSize(10));
    assertThat(notices.get(9), containsString("Further ones"));
  }

  @Test
  void takesTextInAnyEncodingThatHasAscii() throws IOException {
    for (byte[] text :
        new byte[][] {
          "caf\u00e9 \u00ff\n".getBytes(ISO_8859_1),
          "caf\u00e9 \u65e5\u672c\n".getBytes(UTF_8),
          bytes("\u001b[31mred\u001b[0m\t1\f\r\n")
        }) {
      assertThat(bytes(read("a", text)), is(text));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"\0", "\u0001", "\b", "\u000b", "\u001a", "\u007f"})
  void refusesWhereMoreThanHalfOfTheLinesHoldControlCharacters(String control) throws IOException {
    String line = "a" + control + "b\n";
    String half = line.repeat(500) + "text\n".repeat(500);

    assertThat(read("a", bytes(half)), is(half));
    assertRefused(bytes(line + half), "501 of its first 1000 lines hold control");
    assertRefused(bytes(line), "1 of its first 1 lines");
    assertRefused(bytes("text\n" + line + "a" + control), "2 of its first 3 lines");
  }

  @Test
  void looksAtTheFirstThousandLinesOnly() throws IOException {
    String text = "text\n".repeat(1_000) + "a\u0001\n".repeat(5_000);

    assertThat(read("a", bytes(text)), is(text));
  }

  @Test
  void refusesBinaryDataAndUtf16WithoutAMark() {
    byte[] binary = new byte[100_000];
    new Random(3).nextBytes(binary);

    assertRefused(binary, "does not look like lines of text");
    assertRefused("one\ntwo\nthree\n".getBytes(UTF_16LE), "UTF-16 by iconv");
    assertRefused("one\ntwo\nthree\n".getBytes(UTF_16BE), "UTF-16 by iconv");
  }

  /** So that a line of a live stream is there once it is written. */
  @Test
  void waitsForNoMoreThanTheFirstLine() throws IOException {
    try (PipedOutputStream writer = new PipedOutputStream()) {
      PipedInputStream pipe = new PipedInputStream(writer);
      writer.write(bytes("a\n"));
      writer.flush();

      InputStream text = new TextInput(Inputs.of("a", pipe), notices::add).open();

      assertThat(text.read(), is((int) 'a'));
      assertThat(text.read(), is((int) '\n'));
    }
  }

  private String read(String name, byte[] content) throws IOException {
    try (InputStream in = new TextInput(Inputs.of(name, content), notices::add).open()) {
      return new String(in.readAllBytes(), ISO_8859_1);
    }
  }

  private void assertBroken(String part, byte[] content) {
    IOException problem = assertThrows(IOException.class, () -> read("x.log", content));

    assertThat(problem.getMessage(), containsString(part));
  }

  private void assertRefused(byte[] content, String... parts) {
    NotTextException problem = assertThrows(NotTextException.class, () -> read("x.log", content));

    for (String part : parts) {
      assertThat(problem.getMessage(), allOf(containsString("x.log"), containsString(part)));
    }
  }

  private static byte[] skippableFrame() {
    return HexFormat.of().parseHex("502a4d1804000000" + "01020304");
  }
}
