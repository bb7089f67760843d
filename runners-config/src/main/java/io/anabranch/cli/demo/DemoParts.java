/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.demo;

import io.anabranch.api.UserException;
import io.anabranch.cli.demo.DemoServer.Part;
import io.anabranch.cli.demo.DemoServer.Running;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/** The log and the stores of a demo: embedded ones, or servers that run as long as it does. */
public final class DemoParts implements AutoCloseable {
  /** Epochs of a topic last in real time. */
  private static final Duration EPOCH = Duration.ofSeconds(4);

  static final Duration MARGIN = Duration.ofSeconds(1);

  private final List<Running> running = new ArrayList<>();
  private Optional<String> topic = Optional.empty();
  private Optional<Running> postgres = Optional.empty();

  /** Uses what is embedded. */
  public static DemoParts embedded() {
    return new DemoParts();
  }

  /**
   * Starts servers.
   *
   * @throws io.anabranch.api.UserException if one is not installed
   */
  public static DemoParts start(Collection<Part> parts) {
    List<DemoServer> installed =
        ServiceLoader.load(DemoServer.class).stream().map(ServiceLoader.Provider::get).toList();
    List<DemoServer> servers =
        parts.stream().map(part -> DemoServer.of(part, installed)).toList(); // before one starts
    DemoParts started = new DemoParts();
    try {
      for (DemoServer server : servers) {
        Running one = server.start();
        started.running.add(one);
        if (server.part() == Part.KAFKA) {
          started.topic = Optional.of(one.create());
        } else {
          started.postgres = Optional.of(one);
        }
      }
      return started;
    } catch (RuntimeException e) {
      started.close();
      throw new UserException(
          "the servers of the demo do not start; they are for Linux on x86-64: " + e.getMessage(),
          e);
    }
  }

  /** Returns whether all is embedded. */
  boolean isEmbedded() {
    return running.isEmpty();
  }

  /** Returns whether the log is a topic, whose epochs are those of the clock. */
  boolean hasTopic() {
    return topic.isPresent();
  }

  /** Returns the length of epochs. */
  Duration epoch() {
    return hasTopic() ? EPOCH : Demo.HOUR;
  }

  /** Returns the log, as a configuration spells it. */
  String log(Path folder) {
    return topic
        .map(
            name ->
                "{ kind: kafka, %s, epoch: %ds, grace: 0s, margin: %ds }"
                    .formatted(name, EPOCH.toSeconds(), MARGIN.toSeconds()))
        .orElseGet(
            () ->
                "{ kind: files, path: \"%s\", epoch: 1h }"
                    .formatted(folder.resolve("log").toAbsolutePath()));
  }

  /** Returns a new store, as a configuration spells it. */
  String store(Path folder, String name) {
    return postgres
        .map(server -> "{ " + server.create() + " }")
        .orElseGet(
            () ->
                "{ url: \"jdbc:sqlite:%s\" }"
                    .formatted(folder.resolve(name + ".db").toAbsolutePath()));
  }

  @Override
  public void close() {
    running.forEach(Running::close);
  }
}
