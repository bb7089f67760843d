/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;

/**
 * A Kafka cluster of one broker for tests: a process of its own, on free ports of this machine. It
 * can be killed, stopped for a while and started again; what was written stays until it is closed.
 *
 * <pre>{@code
 * try (KafkaBroker kafka = KafkaBroker.start()) {
 *   kafka.createTopic("events", 3, Map.of());
 *   Settings log = new Settings(Map.of("brokers", kafka.brokers(), "topic", "events"));
 *   ...
 * }
 * }</pre>
 */
public final class KafkaBroker implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Duration LOOK = Duration.ofMillis(200);

  private final Path folder;
  private final int port;
  private final int usersPort;
  private Process process;

  private KafkaBroker(Path folder, int port, int usersPort) {
    this.folder = folder;
    this.port = port;
    this.usersPort = usersPort;
  }

  /** Starts one; it takes some seconds. It ends with this process at the latest. */
  public static KafkaBroker start() {
    return start(Map.of());
  }

  /**
   * Starts one at which users log in by SASL/PLAIN, at {@link #usersBrokers}. They have the rights
   * that {@link #withAdmin} grants them, and nobody else needs any.
   *
   * @param passwords by the name of a user
   */
  public static KafkaBroker start(Map<String, String> passwords) {
    try {
      Path folder = Files.createTempDirectory("anabranch-kafka");
      KafkaBroker broker = new KafkaBroker(folder, freePort(), freePort());
      Files.writeString(
          broker.configuration(), broker.properties(freePort()) + broker.users(passwords));
      Process format =
          broker.java(
              "kafka.tools.StorageTool",
              "format",
              "-t",
              Uuid.randomUuid().toString(),
              "-c",
              broker.configuration().toString());
      if (format.waitFor() != 0) {
        throw new IllegalStateException(
            "cannot prepare a Kafka broker: " + Files.readString(broker.output()));
      }
      Runtime.getRuntime().addShutdownHook(new Thread(broker::end, "anabranch-kafka-end"));
      broker.restart();
      return broker;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start a Kafka broker", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private String properties(int controllerPort) {
    return """
        process.roles=broker,controller
        node.id=1
        controller.quorum.voters=1@localhost:%2$d
        controller.listener.names=CONTROLLER
        listeners=PLAINTEXT://localhost:%1$d,CONTROLLER://localhost:%2$d,USERS://localhost:%4$d
        listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,USERS:SASL_PLAINTEXT
        log.dirs=%3$s
        auto.create.topics.enable=false
        offsets.topic.replication.factor=1
        offsets.topic.num.partitions=1
        transaction.state.log.replication.factor=1
        transaction.state.log.min.isr=1
        transaction.state.log.num.partitions=2
        log.initial.task.delay.ms=500
        log.retention.check.interval.ms=500
        """
        .formatted(port, controllerPort, folder.resolve("data"), usersPort);
  }

  private String users(Map<String, String> passwords) {
    String known =
        passwords.entrySet().stream()
            .map(user -> " user_%s=\"%s\"".formatted(user.getKey(), user.getValue()))
            .collect(Collectors.joining());
    return """
        listener.name.users.sasl.enabled.mechanisms=PLAIN
        listener.name.users.plain.sasl.jaas.config=\
          org.apache.kafka.common.security.plain.PlainLoginModule required%s;
        authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
        super.users=User:ANONYMOUS
        """
        .formatted(known);
  }

  private Path configuration() {
    return folder.resolve("server.properties");
  }

  private Path output() {
    return folder.resolve("broker.log");
  }

  private Process java(String mainClass, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-cp"));
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(mainClass);
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(output().toFile()))
        .start();
  }

  /** Returns the address for clients, {@code HOST:PORT}. */
  public String brokers() {
    return "localhost:" + port;
  }

  /** Returns the address at which users log in, {@code HOST:PORT}. */
  public String usersBrokers() {
    return "localhost:" + usersPort;
  }

  /**
   * Makes a topic.
   *
   * @param configuration of the topic by Kafka's names, such as {@code retention.ms}
   */
  public void createTopic(String name, int partitions, Map<String, String> configuration) {
    withAdmin(
        admin ->
            admin
                .createTopics(
                    List.of(
                        new NewTopic(name, Optional.of(partitions), Optional.empty())
                            .configs(configuration)))
                .all()
                .get());
    awaitTopic(name);
  }

  /** The broker makes a topic, and knows it a moment later. */
  private void awaitTopic(String name) {
    withAdmin(
        admin -> {
          long deadline = System.nanoTime() + PATIENCE.toNanos();
          while (!admin.listTopics().names().get().contains(name)) {
            if (System.nanoTime() > deadline) {
              throw new TimeoutException("topic " + name + " is not there");
            }
          }
        });
  }

  /** Work with the client for administrators. */
  @FunctionalInterface
  public interface AdminWork {
    /** Works. */
    void with(Admin admin) throws ExecutionException, InterruptedException, TimeoutException;
  }

  /** Lends a client for administrators. */
  public void withAdmin(AdminWork work) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", brokers()))) {
      work.with(admin);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the Kafka broker refuses: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Kills it, as a crash of the machine would. */
  public void kill() {
    Signals signals = new Signals(process.toHandle());
    signals.send("KILL");
    signals.awaitEnd(PATIENCE);
  }

  /** Lets it stand still, as a machine that hangs would. */
  public void pause() {
    new Signals(process.toHandle()).send("STOP");
  }

  /** Lets it go on after {@link #pause}. */
  public void resume() {
    new Signals(process.toHandle()).send("CONT");
  }

  /** Starts it again after {@link #kill}, on the same port and with what was written. */
  public void restart() {
    try {
      process = java("kafka.Kafka", configuration().toString());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start the Kafka broker", e);
    }
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!answers()) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        throw new IllegalStateException("the Kafka broker does not start: " + log());
      }
      LockSupport.parkNanos(LOOK.toNanos());
    }
  }

  private boolean answers() {
    try (Socket socket = new Socket()) { // the client would warn each time
      socket.connect(new InetSocketAddress("localhost", port), (int) LOOK.toMillis());
    } catch (IOException e) {
      return false;
    }
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", brokers()))) {
      admin.describeCluster().nodes().get(LOOK.toMillis() * 5, TimeUnit.MILLISECONDS);
      return true;
    } catch (ExecutionException | TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private String log() {
    try {
      return Files.readString(output());
    } catch (IOException e) {
      return e.toString();
    }
  }

  private void end() {
    if (process != null && process.isAlive()) {
      kill();
    }
  }

  @Override
  public void close() {
    end();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove the Kafka broker", e);
    }
  }
}
