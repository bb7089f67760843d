/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.kafka;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.UserException;
import io.anabranch.api.spi.Setting;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.log.EventLog;
import io.anabranch.api.spi.log.LogException;
import io.anabranch.api.spi.log.LogException.Code;
import io.anabranch.testing.server.KafkaBroker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong when a topic is opened. */
class KafkaLogProviderTest {
  private static KafkaBroker kafka;

  @TempDir Path folder;

  @BeforeAll
  static void startBroker() {
    kafka = KafkaBroker.start();
  }

  @AfterAll
  static void closeBroker() {
    kafka.close();
  }

  private static Settings settings(String topic, String... more) {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("brokers", kafka.brokers());
    values.put("topic", topic);
    for (int i = 0; i < more.length; i += 2) {
      values.put(more[i], more[i + 1]);
    }
    return new Settings(values);
  }

  private static LogException refused(Settings settings) {
    return assertThrows(LogException.class, () -> new KafkaLogProvider().open(settings).close());
  }

  @Test
  void opensATopicTwiceAsOneLog() {
    kafka.createTopic("twice", 2, Map.of());

    assertThat(new KafkaLogProvider().exists(settings("twice")), is(true));
    try (EventLog one = new KafkaLogProvider().open(settings("twice"));
        EventLog two = new KafkaLogProvider().open(settings("twice"))) {
      assertThat(one.id(), is(two.id()));
      assertThat(one.end().isEmpty(), is(true));
    }
  }

  @Test
  void topicThatIsNotThereIsNotMade() {
    assertThat(new KafkaLogProvider().exists(settings("nowhere")), is(false));

    LogException error = refused(settings("nowhere"));

    assertThat(error.code(), is(Code.NOT_FOUND));
    assertThat(error.getMessage(), containsString("has no topic nowhere"));
    assertThat(new KafkaLogProvider().exists(settings("nowhere")), is(false));
    assertThat(
        "nor an index",
        new KafkaLogProvider().exists(settings("nowhere.anabranch-epochs")),
        is(false));
  }

  @Test
  void brokerThatIsNotThereIsUnreachable() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    Path client =
        Files.writeString(
            folder.resolve("client.properties"),
            "default.api.timeout.ms=1500\nrequest.timeout.ms=1000\n");

    LogException error =
        refused(settings("events", "brokers", "localhost:" + port, "client", client.toString()));

    assertThat(error.code(), is(Code.UNREACHABLE));
    assertThat(error.getMessage(), containsString("localhost:" + port + " cannot be reached"));
  }

  @Test
  void otherEpochLengthIsRefused() {
    kafka.createTopic("hourly", 1, Map.of());
    new KafkaLogProvider().open(settings("hourly")).close();

    LogException error = refused(settings("hourly", "epoch", "1m"));

    assertThat(error.code(), is(Code.OTHER_EPOCH_LENGTH));
  }

  @Test
  void indexThatIsNotKeptIsRefused() {
    kafka.createTopic("kept", 1, Map.of());
    kafka.createTopic("kept.anabranch-epochs", 1, Map.of("retention.ms", "1000"));

    LogException error = refused(settings("kept"));

    assertThat(error.code(), is(Code.MISCONFIGURED));
    assertThat(error.getMessage(), containsString("retention.ms=-1"));
  }

  @Test
  void indexOfSeveralPartitionsIsRefused() {
    kafka.createTopic("wide", 1, Map.of());
    kafka.createTopic("wide.anabranch-epochs", 2, Map.of("retention.ms", "-1"));

    LogException error = refused(settings("wide"));

    assertThat(error.code(), is(Code.NOT_A_LOG));
    assertThat(error.getMessage(), containsString("has 2 partitions"));
  }

  @Test
  void secretsOfTheClientAreNeverShown() throws IOException {
    Path client =
        Files.writeString(
            folder.resolve("client.properties"),
            """
            security.protocol=SASL_PLAINTEXT
            sasl.mechanism=PLAIN
            sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="u" password="open-sesame";
            default.api.timeout.ms=1500
            request.timeout.ms=1000
            """);

    LogException error = refused(settings("events", "client", client.toString()));

    assertThat(error.getMessage(), not(containsString("open-sesame")));
  }

  @Test
  void wrongSettingsAreRefusedBeforeAnythingIsAsked() {
    UserException error =
        assertThrows(
            UserException.class,
            () -> Setting.require("log", new KafkaLogProvider().check(settings("my topic"))));

    assertThat(error.getMessage(), containsString("log.topic is \"my topic\""));
    LogException file = refused(settings("events", "client", folder + "/none"));
    assertThat(file.getMessage(), containsString("log.client"));
  }
}
