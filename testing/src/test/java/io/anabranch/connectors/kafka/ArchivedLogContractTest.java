/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.kafka;

import io.anabranch.api.LogRecord;
import io.anabranch.api.spi.log.EventLog;
import io.anabranch.connectors.archive.ArchivedLog;
import io.anabranch.contracts.log.EventLogContract;
import io.anabranch.testing.server.KafkaBroker;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The contract of logs, held by a topic and its archive: each epoch is archived once it closes. */
class ArchivedLogContractTest extends EventLogContract {
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

  @Override
  protected LogUnderTest create() {
    return new ArchivedTopic(new TestTopic(kafka, 3, Map.of()), folder.resolve("archive"));
  }

  private record ArchivedTopic(TestTopic topic, Path folder) implements LogUnderTest {
    @Override
    public boolean keepsKeys() {
      return true;
    }

    @Override
    public boolean closesAsItGoes() {
      return true;
    }

    @Override
    public EventLog open() {
      return ArchivedLog.of(topic.open(), folder);
    }

    @Override
    public void append(Instant at, List<String> records) {
      topic.append(at, records);
      archive();
    }

    @Override
    public void appendRecords(Instant at, List<LogRecord> records) {
      topic.appendRecords(at, records);
      archive();
    }

    @Override
    public void closeThrough(Instant time) {
      topic.closeThrough(time);
      archive();
    }

    private void archive() {
      try (ArchivedLog log = ArchivedLog.of(topic.open(), folder)) {
        log.archive(copied -> {}, () -> false);
      }
    }
  }
}
