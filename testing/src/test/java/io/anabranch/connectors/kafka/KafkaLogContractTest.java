/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.kafka;

import io.anabranch.contracts.log.EventLogContract;
import io.anabranch.testing.server.KafkaBroker;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract of logs, held by a topic. */
class KafkaLogContractTest extends EventLogContract {
  private static KafkaBroker kafka;

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
    return new TestTopic(kafka, 3, Map.of());
  }
}
