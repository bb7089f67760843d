/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.EpochRange;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.log.AppendableLog;
import io.anabranch.api.spi.log.EventLog;
import io.anabranch.api.spi.log.FollowRequest;
import io.anabranch.api.spi.log.LogException;
import io.anabranch.api.spi.log.LogException.Code;
import io.anabranch.contracts.log.Lines;
import io.anabranch.testing.server.KafkaBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Users of a broker who lack a right, and one who has all. */
class KafkaRightsTest {
  private static final String PASSWORD = "open-sesame";
  private static KafkaBroker kafka;

  @TempDir Path folder;

  @BeforeAll
  static void startBroker() {
    kafka =
        KafkaBroker.start(
            Map.of("none", PASSWORD, "reader", PASSWORD, "looker", PASSWORD, "owner", PASSWORD));
  }

  @AfterAll
  static void closeBroker() {
    kafka.close();
  }

  @Test
  void wrongPasswordIsDenied() throws IOException {
    kafka.createTopic("locked", 1, Map.of());

    LogException error = refused("locked", "owner", "wrong");

    assertThat(error.code(), is(Code.DENIED));
    assertThat(
        error.getMessage(),
        allOf(containsString("refuses this user"), not(containsString("wrong"))));
  }

  @Test
  void userWithoutRightsIsDenied() throws IOException {
    kafka.createTopic("secret", 1, Map.of());

    LogException error = refused("secret", "none", PASSWORD);

    assertThat(error.code(), is(Code.DENIED));
    assertThat(error.getMessage(), containsString("denies this user a right"));
  }

  @Test
  void userWhoMayNotMakeTheIndexIsDeniedAndLeavesNothing() throws IOException {
    kafka.createTopic("unindexed", 1, Map.of());
    grant("reader", topic("unindexed"), AclOperation.READ, AclOperation.DESCRIBE_CONFIGS);

    LogException error = refused("unindexed", "reader", PASSWORD);

    assertThat(error.code(), is(Code.DENIED));
    assertThat(error.getMessage(), containsString("unindexed.anabranch-epochs"));
    assertThat(
        new KafkaLogProvider()
            .exists(
                new Settings(
                    Map.of("brokers", kafka.brokers(), "topic", "unindexed.anabranch-epochs"))),
        is(false));
  }

  @Test
  void userWhoMayOnlyReadTheIndexIsDeniedBeforeAnythingRuns() throws Exception {
    kafka.createTopic("indexed", 1, Map.of());
    new KafkaLogProvider()
        .open(new Settings(Map.of("brokers", kafka.brokers(), "topic", "indexed", "epoch", "1s")))
        .close(); // by somebody who may
    grant("looker", topic("indexed"), AclOperation.READ, AclOperation.DESCRIBE_CONFIGS);
    grant("looker", topic("indexed.anabranch-epochs"), AclOperation.READ);

    try (EventLog log = new KafkaLogProvider().open(settings("indexed", "looker", PASSWORD))) {
      long closed = log.end().closedThrough();
      Thread.sleep(3_000); // more epochs are due
      assertThat("who looks sees what others closed", log.end().closedThrough(), is(closed));
      assertThat(
          assertThrows(LogException.class, () -> log.read(EpochRange.ALL)).code(), is(Code.DENIED));
      LogException error =
          assertThrows(LogException.class, () -> log.follow(FollowRequest.fromTheBeginning()));
      assertThat(error.code(), is(Code.DENIED));
      assertThat(error.getMessage(), containsString("to write topic indexed.anabranch-epochs"));
    }
  }

  @Test
  void userWithAllRightsWritesAndReads() throws IOException {
    kafka.createTopic("owned", 2, Map.of());
    grant(
        "owner",
        topic("owned"),
        AclOperation.READ,
        AclOperation.WRITE,
        AclOperation.DESCRIBE_CONFIGS);
    grant(
        "owner",
        topic("owned.anabranch-epochs"),
        AclOperation.CREATE,
        AclOperation.READ,
        AclOperation.WRITE);
    grant(
        "owner",
        new ResourcePattern(ResourceType.TRANSACTIONAL_ID, "anabranch-", PatternType.PREFIXED),
        AclOperation.WRITE,
        AclOperation.DESCRIBE);

    try (AppendableLog log =
        (AppendableLog) new KafkaLogProvider().open(settings("owned", "owner", PASSWORD))) {
      log.append(List.of(Lines.of("a\nb\n")), Optional.empty());
      log.follow(FollowRequest.fromTheBeginning());

      assertThat(log.end().isEmpty(), is(false));
    }
  }

  private LogException refused(String topic, String user, String password) throws IOException {
    Settings settings = settings(topic, user, password);
    return assertThrows(LogException.class, () -> new KafkaLogProvider().open(settings).close());
  }

  private Settings settings(String topic, String user, String password) throws IOException {
    Path client =
        Files.writeString(
            folder.resolve("client.properties"),
            """
            security.protocol=SASL_PLAINTEXT
            sasl.mechanism=PLAIN
            sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="%s" password="%s";
            """
                .formatted(user, password),
            UTF_8);
    return new Settings(
        Map.of(
            "brokers",
            kafka.usersBrokers(),
            "topic",
            topic,
            "epoch",
            "1s",
            "client",
            client.toString()));
  }

  private static ResourcePattern topic(String name) {
    return new ResourcePattern(ResourceType.TOPIC, name, PatternType.LITERAL);
  }

  private static void grant(String user, ResourcePattern what, AclOperation... operations) {
    List<AclBinding> bindings =
        Stream.of(operations)
            .map(
                operation ->
                    new AclBinding(
                        what,
                        new AccessControlEntry(
                            "User:" + user, "*", operation, AclPermissionType.ALLOW)))
            .toList();
    kafka.withAdmin(admin -> admin.createAcls(bindings).all().get());
  }
}
