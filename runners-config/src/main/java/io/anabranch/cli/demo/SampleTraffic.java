/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.demo;

import io.anabranch.api.Application;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Made-up records with which {@code demo} shows an application from nothing; found by {@link
 * java.util.ServiceLoader}. An application that ships one gets a demo of its own.
 */
public interface SampleTraffic {

  /** Returns the application that decodes the records. */
  Class<? extends Application<?>> application();

  /** Returns the view whose top rows the demo shows. */
  String featuredView();

  /**
   * Makes records, the same for the same arguments, in the order of their arrival.
   *
   * @param seed of all that is random
   * @param count how many records, 1 or more
   * @param start the first ingestion time
   * @param span the ingestion times lie in {@code [start, start + span)}
   */
  List<Arrival> arrivals(long seed, int count, Instant start, Duration span);

  /**
   * One record of the log.
   *
   * @param ingested when it reaches the log
   * @param line the record, without a line end
   * @param broken whether it is one that cannot be decoded
   */
  record Arrival(Instant ingested, String line, boolean broken) {}
}
