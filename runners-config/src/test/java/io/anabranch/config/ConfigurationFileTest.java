/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.config;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationFileTest {
  @TempDir Path directory;

  @Test
  void aMissingFileComesWithAnExample() {
    Path file = directory.resolve("none.yaml");

    assertThat(
        Loads.failure(file).getMessage(),
        is(
            file
                + """
                : 1 problem
                  there is no such file: name another with -c FILE, or write one like this:
                    application: io.anabranch.examples.web.WebAnalytics
                    architecture: lambda
                    log: { kind: files, path: data/log }
                    store: { url: "jdbc:sqlite:data/views.db" }"""));
  }

  @Test
  void aDirectoryIsRefused() {
    assertThat(
        Loads.failure(directory).problems(),
        contains("this is a directory: name the file in it, for instance with -c FILE"));
  }

  @Test
  void aFileThatMayNotBeReadIsRefused() {
    assertThat(
        ConfigurationFile.whyUnreadable(new AccessDeniedException("f")),
        is(
            "the file may not be read: give yourself the permission, or name another with -c"
                + " FILE"));
    assertThat(
        ConfigurationFile.whyUnreadable(new IOException("Input/output error")),
        is("the file cannot be read: Input/output error"));
  }

  @Test
  void aFileThatIsNotUtf8IsRefused() throws IOException {
    Path file =
        Files.write(directory.resolve("latin1.yaml"), new byte[] {'a', ':', ' ', (byte) 0xe4});

    assertThat(
        Loads.failure(file).problems(),
        contains("the file is not text in UTF-8: save it as UTF-8"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "# only a comment\n", "---\n", "null"})
  void anEmptyFileComesWithAnExample(String yaml) {
    assertThat(
        Loads.problems(directory, yaml),
        contains("the file is empty: write one like this:\n" + Key.MINIMAL));
  }

  @ParameterizedTest
  @ValueSource(strings = {"hello", "[a, b]", "- a: 1\n"})
  void aFileThatIsNoMapComesWithAnExample(String yaml) {
    assertThat(
        Loads.problems(directory, yaml),
        contains("the file is not a map of keys to values: write one like this:\n" + Key.MINIMAL));
  }

  @Test
  void aSyntaxErrorHasItsLineAndColumn() {
    assertThat(
        Loads.problems(directory, Loads.MINIMAL + "speed: { refresh: 1s\n"),
        contains(
            "line 6, column 1: this is not YAML: while parsing a flow mapping, expected ',' or '}',"
                + " but got <stream end>"));
  }

  @Test
  void aTabIsNotIndentation() {
    assertThat(
        Loads.problems(directory, "log:\n\tpath: x\n"),
        contains(
            "line 2, column 1: this is not YAML: while scanning for the next token, found character"
                + " '\\t(TAB)' that cannot start any token. (Do not use \\t(TAB) for indentation)"));
  }

  @Test
  void aKeyThatIsNotTextIsRefused() {
    assertThat(
        Loads.problems(directory, "? [a]\n: b\n"),
        contains(
            "line 1, column 4: this is not YAML: Expected a field name (Scalar value in YAML)"));
  }

  @Test
  void aControlCharacterIsRefused() {
    assertThat(
        Loads.problems(directory, "a: b\u0000\n"),
        contains("this is not YAML: special characters are not allowed"));
  }

  @Test
  void eachDuplicateKeyIsReported() {
    String yaml =
        """
        application: a.B
        architecture: lambda
        log:
          path: data/log
          path: data/other
        store: { url: "jdbc:sqlite:v.db" }
        application: c.D
        """;

    assertThat(
        Loads.problems(directory, yaml),
        contains(
            "line 5: duplicate key \"log.path\", first in line 4: remove one",
            "line 7: duplicate key \"application\", first in line 1: remove one"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"---\na: 1\n", "---\n"})
  void aSecondDocumentIsRefused(String second) {
    assertThat(
        Loads.problems(directory, Loads.MINIMAL + second)
            .toString()
            .replaceAll("line \\d", "line N"),
        is("[line N: a second document begins here: keep one, and no \"---\"]"));
  }

  @Test
  void anAliasIsRefused() {
    String yaml = Loads.MINIMAL + "runner: { profile: &name x, options: { copy: *name } }";

    assertThat(
        Loads.problems(directory, yaml),
        contains("line 5: \"runner.options.copy\" is an alias: write its value here"));
  }
}
