/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import io.anabranch.cli.demo.SampleTraffic.Arrival;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README says is so: its commands run in its order, its code is the example's. */
final class ReadmeTest {
  private static final Path ROOT = Path.of("../..");
  private static final Path MAIN = Path.of("src/main/java/io/anabranch/examples/web");
  private static final Path TEST = Path.of("src/test/java/io/anabranch/examples/web");
  private static final Path KIT = ROOT.resolve("testing/src/test/java/io/anabranch/testing");

  @TempDir Path folder;

  @Test
  void commandsRunInTheirOrder() throws Exception {
    Files.createDirectories(folder.resolve("examples/web-analytics"));
    for (String example : List.of("anabranch.yaml", "visits.yaml", "kappa.yaml")) {
      Files.copy(Path.of(example), folder.resolve("examples/web-analytics").resolve(example));
    }
    traffic("access.log", 1);
    traffic("more.log", 2);
    List<String> ran = new ArrayList<>();

    List<String> commands = new ArrayList<>(blocks("README.md", "sh"));
    commands.addAll(blocks("docs/getting-started.md", "sh"));
    commands.addAll(blocks("docs/operations.md", "sh"));
    commands.addAll(blocks("docs/views.md", "sh"));
    for (String block : commands) {
      for (String line : block.lines().toList()) {
        String command = line.replace("./anabranch ", "");
        if (line.startsWith("./mvnw") || command.startsWith("demo")) {
          continue; // this build, and DemoTest
        }
        if (line.startsWith("./anabranch ")) {
          // the direct runner is quicker to start; Flink has a test of its own
          String quick =
              command.replace(
                  "FlinkRunner -- '--flinkMaster=[local]' --parallelism=4",
                  "DirectRunner -- --targetParallelism=4");
          boolean picks = quick.matches("(run|verify|replay) .*") && !quick.contains("--runner");
          CommandLine.bare(folder, (quick + (picks ? " --runner direct" : "")).split(" "));
          ran.add(command);
        } else {
          assertThat(line, line.matches("(cp|cp -R|rm -r|tail) [\\w/. >-]+"), is(true));
          assertThat(line, shell(line), is(0));
        }
      }
    }

    assertThat(ran.size() > 20, is(true));
  }

  @Test
  void codeIsThatOfTheExamplesAndOfTests() throws IOException {
    StringBuilder code = new StringBuilder();
    for (Path file :
        List.of(
            MAIN.resolve("WebAnalytics.java"),
            MAIN.resolve("WebVisits.java"),
            TEST.resolve("ViewsAgreeTest.java"),
            TEST.resolve("ApplicationsTest.java"),
            KIT.resolve("EquivalenceTest.java"),
            KIT.resolve("gallery/CombineLawsTest.java"))) {
      code.append(Files.readString(file));
    }
    String real = withoutSpace(code.toString());
    for (String file :
        List.of("README.md", "docs/getting-started.md", "docs/views.md", "docs/testing.md")) {
      for (String block : blocks(file, "java")) {
        for (String statement : block.replaceAll("//.*", "").split("(?<=[;{}])", -1)) {
          assertThat(file, real, containsString(withoutSpace(statement)));
        }
      }
    }
  }

  @Test
  void configurationIsThatOfTheExample() throws IOException {
    String file = Files.readString(Path.of("anabranch.yaml"));
    for (String block : blocks("docs/getting-started.md", "yaml")) {
      assertThat(file, containsString(block));
    }
    assertThat(file, not(is("")));
  }

  private int shell(String line) throws IOException, InterruptedException {
    return new ProcessBuilder("sh", "-c", line)
        .directory(folder.toFile())
        .inheritIO()
        .start()
        .waitFor();
  }

  private void traffic(String name, long seed) throws IOException {
    List<String> lines =
        new WebTraffic()
                .arrivals(seed, 1_000, Instant.parse("2015-05-17T00:00:00Z"), Duration.ofDays(1))
                .stream()
                .map(Arrival::line)
                .toList();
    Files.write(folder.resolve(name), lines, UTF_8);
  }

  private static List<String> blocks(String file, String language) throws IOException {
    Matcher matcher =
        Pattern.compile("(?m)^```" + language + "\n(.*?)^```", Pattern.DOTALL)
            .matcher(Files.readString(ROOT.resolve(file)));
    List<String> blocks = new ArrayList<>();
    while (matcher.find()) {
      blocks.add(matcher.group(1));
    }
    assertThat(blocks.isEmpty(), is(false));
    return blocks;
  }

  private static String withoutSpace(String text) {
    return text.replaceAll("\\s+", "");
  }
}
