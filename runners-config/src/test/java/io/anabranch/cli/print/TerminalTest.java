/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.print;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.UsageException;
import io.anabranch.cli.Surroundings;
import io.anabranch.cli.command.RootCommand;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a process prints, and what it finds where it was started. */
class TerminalTest {

  @Test
  void errorsCannotSteerATerminal() {
    StringWriter text = new StringWriter();
    PrintWriter err = new PrintWriter(new Terminal.Escaping(text), true);

    err.print("key \u001b[31m\u009b31m \u202eabc\u2066 caf\u00e9 \ud83d\udc69\u200d\ud83d\udd2c");
    err.print("\tone\r\ntwo\n\u0000");
    err.flush();

    assertThat(
        text.toString(),
        is(
            "key \\u001b[31m\\u009b31m \\u202eabc\\u2066 caf\u00e9 \ud83d\udc69\u200d\ud83d\udd2c"
                + "\tone\r\ntwo\n\\u0000"));
  }

  @ParameterizedTest
  @CsvSource({"Broken pipe,0,", "No space left on device,1,could not be written"})
  void readerThatHasSeenEnoughIsNoError(String failure, int code, String message) {
    StringWriter err = new StringWriter();
    Terminal.Output out =
        new Terminal.Output(
            new OutputStream() {
              @Override
              public void write(int b) throws IOException {
                throw new IOException(failure);
              }
            },
            false);

    assertThat(
        RootCommand.run(Optional.empty(), out, new PrintWriter(err, true), "--version"), is(code));
    assertThat(err.toString(), containsString(message == null ? "" : message));
    assertThat(err.toString().isEmpty(), is(message == null));
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 22, 25})
  void otherJavaIsRefusedInALine(int feature) {
    assertThat(
        assertThrows(UsageException.class, () -> Surroundings.requireJava(feature)).getMessage(),
        allOf(containsString("this is Java " + feature), containsString("17 to 21")));
  }

  @ParameterizedTest
  @ValueSource(ints = {17, 21})
  void supportedJavaIsTaken(int feature) {
    Surroundings.requireJava(feature);
  }

  @Test
  void argumentThatTheLocaleCannotSpellIsRefused() {
    Surroundings.requireReadable(List.of("--key", "/caf\u00e9"), "ANSI_X3.4-1968");
    Surroundings.requireReadable(List.of("--key", "/caf\ufffd"), "UTF-8"); // it is the key

    assertThat(
        assertThrows(
                UsageException.class,
                () ->
                    Surroundings.requireReadable(
                        List.of("--key", "/caf\ufffd\ufffd"), "ANSI_X3.4-1968"))
            .getMessage(),
        allOf(containsString("ANSI_X3.4-1968"), containsString("LC_ALL=C.UTF-8")));
  }

  /** What stands in a program's own record. */
  public record Stored(Object bytes, Optional<String> there, Optional<String> not, String none) {}

  @Test
  void valuesArePrintedByWhatTheyHold() {
    Object printable =
        Values.printable(new Stored(new byte[] {1, 2}, Optional.of("x"), Optional.empty(), null));

    assertThat(
        JsonPrinter.json(printable),
        is("{\"bytes\":\"AQI=\",\"there\":\"x\",\"not\":null,\"none\":null}"));
    assertThat(
        JsonPrinter.json(Values.printable(new Object[] {1, Arrays.asList("a", null)})),
        is("[1,[\"a\",null]]"));
  }
}
