/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.anabranch.cli.command.RootCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Runs commands in a folder of one test, with a configuration that is right until it is changed.
 */
final class Cli {
  private final Path folder;
  private final Path configuration;

  Cli(Path folder, String architecture) {
    this.folder = folder;
    this.configuration =
        write(
            "anabranch.yaml",
            """
            application: io.anabranch.wiring.Purchases
            architecture: %s
            runner: { profile: direct }
            log:    { kind: files, path: "%s", epoch: 1h }
            store:  { url: "jdbc:sqlite:%s", timeout: 200ms }
            speed:  { refresh: 50ms }
            """
                .formatted(architecture, folder.resolve("log"), folder.resolve("views.db")));
  }

  /** What a command printed, and its exit code. */
  record Result(int code, String out, String err) {
    /** The error, without progress. */
    List<String> errors() {
      return err.lines().filter(line -> line.startsWith("error: ")).toList();
    }
  }

  Path path(String name) {
    return folder.resolve(name);
  }

  Path write(String name, String text) {
    return write(name, text.getBytes(UTF_8));
  }

  Path write(String name, byte[] bytes) {
    try {
      return Files.write(folder.resolve(name), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Deletes a file, or a folder with all in it. */
  void delete(String name) throws IOException {
    try (Stream<Path> files = Files.walk(path(name))) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** Replaces a part of the configuration. */
  void reconfigure(String part, String by) throws IOException {
    String text = Files.readString(configuration);
    if (!text.contains(part)) {
      throw new IllegalArgumentException("no \"" + part + "\" in the configuration");
    }
    Files.writeString(configuration, text.replace(part, by));
  }

  /** Runs a command with {@code -c} and the configuration after its first words. */
  Result run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("-c", configuration.toString()));
    return bare(all.toArray(String[]::new));
  }

  /** Runs a command as it is. */
  static Result bare(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        RootCommand.run(
            Optional.empty(), new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    return new Result(code, out.toString(), err.toString());
  }
}
