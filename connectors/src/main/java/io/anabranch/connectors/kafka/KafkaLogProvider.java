/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.kafka;

import io.anabranch.api.Epochs;
import io.anabranch.api.spi.Setting;
import io.anabranch.api.spi.SettingProblem;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.log.EventLog;
import io.anabranch.api.spi.log.EventLogProvider;
import io.anabranch.api.spi.log.LogException;
import io.anabranch.api.spi.log.LogException.Code;
import io.anabranch.connectors.archive.ArchivedLog;
import io.anabranch.connectors.input.OpenInput;
import io.anabranch.connectors.input.Problems;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Opens a topic of a Kafka cluster.
 *
 * <p>Settings: {@code brokers}, {@code topic}, and those of {@link #settings}.
 */
public final class KafkaLogProvider implements EventLogProvider {
  private static final Pattern TOPIC = Pattern.compile("[a-zA-Z0-9._-]{1,230}");
  private static final String INDEX_SUFFIX = ".anabranch-epochs";

  private static final Setting BROKERS =
      Setting.of(
              "brokers",
              Setting.Type.TEXT,
              "some brokers of the cluster, for instance localhost:9092,other:9092")
          .asRequired();
  private static final Setting NAME =
      Setting.of("topic", Setting.Type.TEXT, "the topic that holds the events").asRequired();
  private static final Setting INDEX =
      Setting.of(
          "indexTopic",
          Setting.Type.TEXT,
          "the topic that says which offsets are of which epoch; it is made on first use");
  private static final Setting EPOCH =
      Setting.of("epoch", Setting.Type.DURATION, "how long an epoch is")
          .withDefault("1h")
          .between("1s", "3660d");
  private static final Setting GRACE =
      Setting.of(
              "grace",
              Setting.Type.DURATION,
              "how long after its end an epoch takes records that come late to the brokers")
          .withDefault("10s")
          .between("0s", "3660d");
  private static final Setting MARGIN =
      Setting.of("margin", Setting.Type.DURATION, "by how much clocks of processes may differ")
          .withDefault("10s")
          .between("0s", "1h");
  private static final Setting CLIENT =
      Setting.of(
          "client",
          Setting.Type.PATH,
          "the file of further properties for Kafka's clients: TLS, SASL, timeouts");
  private static final Setting MAX_RECORD =
      Setting.of("maxRecord", Setting.Type.BYTES, "how long a line may be that is ingested")
          .withDefault("1MiB")
          .between("1KiB", Settings.formatBytes(OpenInput.LONGEST_RECORD));

  private static final Setting ARCHIVE =
      Setting.of(
          "archive",
          Setting.Type.PATH,
          "the folder that the command archive copies closed epochs to, and that they are read from");

  @Override
  public String kind() {
    return "kafka";
  }

  @Override
  public List<Setting> settings() {
    return List.of(BROKERS, NAME, INDEX, EPOCH, GRACE, MARGIN, CLIENT, MAX_RECORD, ARCHIVE);
  }

  @Override
  public List<SettingProblem> check(Settings settings) {
    Optional<String> topic = NAME.in(settings).filter(name -> !TOPIC.matcher(name).matches());
    return topic.stream()
        .map(
            name ->
                new SettingProblem(
                    NAME.name(),
                    "topic is \"%s\": use letters, digits, dots, underscores and dashes, 230 at most"
                        .formatted(name)))
        .toList();
  }

  @Override
  public boolean exists(Settings settings) {
    try (Brokers brokers = new Brokers(topic(settings, Clock.systemUTC()))) {
      return brokers.exists();
    }
  }

  @Override
  public EventLog open(Settings settings) {
    KafkaLog log = open(settings, Clock.systemUTC());
    Optional<Path> archive = ARCHIVE.in(settings).map(settings::path);
    return archive.isPresent() ? ArchivedLog.of(log, archive.get()) : log;
  }

  /** Opens a log that reads the time from a clock, which workers get too. */
  static KafkaLog open(Settings settings, Clock clock) {
    return KafkaLog.open(
        topic(settings, clock),
        Math.toIntExact(Settings.parseBytes(MAX_RECORD.in(settings).orElseThrow())));
  }

  private static Topic topic(Settings settings, Clock clock) {
    String name = NAME.in(settings).orElseThrow();
    return new Topic(
        BROKERS.in(settings).orElseThrow(),
        name,
        INDEX.in(settings).orElse(name + INDEX_SUFFIX),
        new Epochs(duration(EPOCH, settings)),
        duration(GRACE, settings),
        duration(MARGIN, settings),
        clock,
        client(settings));
  }

  private static Duration duration(Setting setting, Settings settings) {
    return Settings.parseDuration(setting.in(settings).orElseThrow());
  }

  private static Map<String, String> client(Settings settings) {
    Map<String, String> properties = new TreeMap<>();
    Optional<Path> file = CLIENT.in(settings).map(settings::path);
    if (file.isPresent()) {
      Properties read = new Properties();
      try (Reader reader = Files.newBufferedReader(file.get())) {
        read.load(reader);
      } catch (IOException e) {
        throw new LogException(
            Code.MISCONFIGURED,
            "cannot read the file of log.client, %s: %s"
                .formatted(file.get(), Problems.describe(e)),
            e);
      }
      read.stringPropertyNames().forEach(key -> properties.put(key, read.getProperty(key)));
    }
    return properties;
  }
}
