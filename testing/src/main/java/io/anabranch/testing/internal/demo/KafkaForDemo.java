/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.internal.demo;

import io.anabranch.cli.demo.DemoServer;
import io.anabranch.testing.server.KafkaBroker;
import java.util.Map;

/** The demo's broker. */
public final class KafkaForDemo implements DemoServer {
  private static final int PARTITIONS = 3;

  @Override
  public Part part() {
    return Part.KAFKA;
  }

  @Override
  public Running start() {
    KafkaBroker broker = KafkaBroker.start();
    return new Running() {
      @Override
      public String create() {
        broker.createTopic("events", PARTITIONS, Map.of());
        return "brokers: \"%s\", topic: events".formatted(broker.brokers());
      }

      @Override
      public void close() {
        broker.close();
      }
    };
  }
}
