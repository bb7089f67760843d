/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.demo;

import io.anabranch.api.UserException;
import java.util.List;

/** Starts a server that the demo uses; listed in {@code META-INF/services}. */
public interface DemoServer {
  /** What a server is for the demo. */
  enum Part {
    /** A Kafka broker. */
    KAFKA,
    /** A PostgreSQL server. */
    POSTGRES
  }

  /** Returns what it is. */
  Part part();

  /** Starts it; it takes some seconds. It ends with this process at the latest. */
  Running start();

  /** A server that runs. */
  interface Running extends AutoCloseable {
    /**
     * Makes something new in it: a topic, a database.
     *
     * @return what it is called, as the configuration spells it: {@code brokers: ..., topic: ...}
     *     or {@code url: ...}
     */
    String create();

    @Override
    void close();
  }

  /** Returns the one of a part, of all that are installed; the message says what is missing. */
  static DemoServer of(Part part, List<DemoServer> installed) {
    return installed.stream()
        .filter(each -> each.part() == part)
        .findFirst()
        .orElseThrow(
            () ->
                new UserException(
                    "no %s server is on the class path: the module anabranch-testing brings it"
                        .formatted(part)));
  }
}
