/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.anabranch.testing.internal.application.MainProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The real command line, each command in a process of its own. */
final class CommandLine {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String MAIN = "io.anabranch.cli.Anabranch";

  private final Path folder;
  private final Path configuration;
  private final Map<String, Process> started = new TreeMap<>();

  CommandLine(Path folder, String architecture, String runner) throws IOException {
    this(folder, architecture, runner, "1h");
  }

  CommandLine(Path folder, String architecture, String runner, String epoch) throws IOException {
    this(
        folder,
        architecture,
        runner,
        "{ kind: files, path: \"%s\", epoch: %s, grace: 0s }"
            .formatted(folder.resolve("log"), epoch),
        "{ url: \"jdbc:sqlite:%s\" }".formatted(folder.resolve("views.db")));
  }

  /** On any log and store, each as the configuration spells them. */
  CommandLine(Path folder, String architecture, String runner, String log, String store)
      throws IOException {
    this.folder = folder;
    this.configuration = folder.resolve("anabranch.yaml");
    Files.writeString(
        configuration,
        """
        application: io.anabranch.examples.web.WebAnalytics
        architecture: %s
        runner: { profile: %s }
        log:    %s
        store:  %s
        speed:  { refresh: 1s }
        """
            .formatted(architecture, runner, log, store));
  }

  void ingest(String name, List<String> lines, Instant at)
      throws IOException, InterruptedException {
    Path file = Files.write(folder.resolve(name), lines, UTF_8);
    run("ingest", file.toString(), "--at", at.toString());
  }

  /** Runs a command that must end with 0, and returns what it printed to standard output. */
  String run(String... arguments) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("-c", configuration.toString()));
    return bare(folder, all.toArray(String[]::new));
  }

  /** Starts a command that does not end by itself; its output goes to files of this name. */
  Process start(String name, String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("-c", configuration.toString()));
    Process process =
        MainProcess.prepared(folder, MAIN, all)
            .redirectOutput(folder.resolve(name + ".out").toFile())
            .redirectError(folder.resolve(name + ".err").toFile())
            .start();
    started.put(name, process);
    return process;
  }

  /** Returns what the processes that were started do: their errors, and where their threads are. */
  String diagnosis() throws IOException, InterruptedException {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, Process> each : started.entrySet()) {
      Process process = each.getValue();
      text.append(each.getKey())
          .append(process.isAlive() ? " is alive" : " ended with " + process.exitValue())
          .append('\n')
          .append(Files.readString(folder.resolve(each.getKey() + ".err")))
          .append('\n');
      if (process.isAlive()) {
        Path stacks = folder.resolve(each.getKey() + ".stacks");
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        new ProcessBuilder(jcmd.toString(), Long.toString(process.pid()), "Thread.print")
            .redirectErrorStream(true)
            .redirectOutput(stacks.toFile())
            .start()
            .waitFor();
        text.append(Files.readString(stacks)).append('\n');
      }
    }
    return text.toString();
  }

  /** Runs a command as it is. */
  static String bare(Path folder, String... arguments) throws IOException, InterruptedException {
    MainProcess.Ended ended =
        MainProcess.run(folder, MAIN, List.of(arguments), Duration.ofMinutes(5));
    assertThat(List.of(arguments) + "\n" + ended.err(), ended.code(), is(0));
    return ended.out();
  }

  /** Returns key and bucket of each row of a view with its value. */
  Map<String, Long> query(String view) throws IOException, InterruptedException {
    Map<String, Long> rows = new TreeMap<>();
    for (String line : run("query", view, "--format", "json").lines().toList()) {
      JsonNode object = JSON.readTree(line);
      if (!object.has("answer")) {
        String row =
            IndependentCount.row(
                object.get("key").asText(), Instant.parse(object.get("bucket").asText()));
        assertThat("rows of " + row, rows.put(row, object.get("value").asLong()) == null, is(true));
      }
    }
    return rows;
  }
}
