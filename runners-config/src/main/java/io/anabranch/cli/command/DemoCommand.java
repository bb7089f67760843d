/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.command;

import io.anabranch.api.UserException;
import io.anabranch.cli.demo.Demo;
import io.anabranch.cli.demo.DemoParts;
import io.anabranch.cli.demo.DemoServer.Part;
import io.anabranch.cli.demo.SampleTraffic;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Shows everything on an embedded default, from nothing. */
@Command(
    name = "demo",
    description = {
      "Show everything, from nothing: make traffic, compute it as Lambda (two batch runs, and speed after each) and as Kappa, and compare all answers row by row.",
      "Exits with 1 if one differs."
    })
final class DemoCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--events",
      paramLabel = "N",
      defaultValue = "30000",
      description = "How many records to make, 1,000 or more; default ${DEFAULT-VALUE}.")
  private int events;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "42",
      description = "The seed of all that is random; default ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description =
          "Keep log, stores and configurations in this new folder; default: none is kept.")
  private Path folder;

  @Option(
      names = "--runner",
      paramLabel = "NAME",
      defaultValue = "flink-local",
      description = "The runner, as for run; default ${DEFAULT-VALUE}.")
  private String runner;

  @Option(
      names = "--kafka",
      description =
          "Start a Kafka broker on this machine, and use a topic as the log; hours are epochs of some seconds then.")
  private boolean kafka;

  @Option(
      names = "--postgres",
      description = "Start a PostgreSQL server on this machine, and store views there.")
  private boolean postgres;

  @Override
  public Integer call() throws IOException {
    if (events < 1_000) {
      throw new ParameterException(
          spec.commandLine(), "--events is " + events + ": it must be 1000 or more");
    }
    if (folder != null && (kafka || postgres)) {
      throw new ParameterException(
          spec.commandLine(),
          "--dir keeps what is embedded, and servers of the demo end with it: use --dir without --kafka and --postgres");
    }
    SampleTraffic traffic =
        ServiceLoader.load(SampleTraffic.class)
            .findFirst()
            .orElseThrow(
                () ->
                    new UserException(
                        "no application on the class path has sample traffic: implement %s and list it in META-INF/services"
                            .formatted(SampleTraffic.class.getName())));
    if (folder == null) {
      Path temporary = Files.createTempDirectory("anabranch-demo");
      try {
        Path place = Files.createDirectory(temporary.resolve("demo"));
        int code = demo(traffic, place);
        spec.commandLine()
            .getOut()
            .println("Nothing is kept. To try these commands yourself: anabranch demo --dir demo");
        return code;
      } finally {
        delete(temporary);
      }
    }
    if (Files.exists(folder)) {
      throw new ParameterException(
          spec.commandLine(), "--dir " + folder + " exists already: name a new folder");
    }
    Files.createDirectories(folder);
    return demo(traffic, folder);
  }

  private int demo(SampleTraffic traffic, Path place) throws IOException {
    List<Part> servers = new ArrayList<>();
    if (kafka) {
      servers.add(Part.KAFKA);
    }
    if (postgres) {
      servers.add(Part.POSTGRES);
    }
    if (!servers.isEmpty()) {
      spec.commandLine().getErr().println("starting servers of this demo on free ports...");
    }
    try (DemoParts parts = DemoParts.start(servers)) {
      return demo(traffic, parts, place).run(events, seed);
    }
  }

  private Demo demo(SampleTraffic traffic, DemoParts parts, Path place) {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    return new Demo(
        traffic,
        parts,
        place,
        runner,
        out,
        arguments -> RootCommand.run(Optional.empty(), out, err, arguments));
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
