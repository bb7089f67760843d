/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.testkit;

import io.anabranch.api.Epochs;
import io.anabranch.transforms.internal.epoch.EpochEvent;
import io.anabranch.transforms.internal.epoch.EpochEventCoder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.values.TimestampedValue;

/** Spells scripts of events: epochs of an hour, times as ISO-8601 in UTC. */
public final class Script {
  public static final Epochs EPOCHS = new Epochs(Duration.ofHours(1));

  private Script() {}

  public static TestStream.Builder<EpochEvent<String>> stream() {
    return TestStream.create(EpochEventCoder.of(StringUtf8Coder.of()));
  }

  /** The epoch that holds an ingestion time. */
  public static long epoch(String time) {
    return EPOCHS.at(Instant.parse(time));
  }

  /** The time for Beam. */
  public static org.joda.time.Instant at(String time) {
    return org.joda.time.Instant.ofEpochMilli(Instant.parse(time).toEpochMilli());
  }

  /** The last millisecond of an epoch. */
  public static org.joda.time.Instant lastOf(long epoch) {
    return org.joda.time.Instant.ofEpochMilli(EPOCHS.end(epoch).toEpochMilli() - 1);
  }

  /** An event as decoding gives it out: never later than the end of its epoch. */
  public static TimestampedValue<EpochEvent<String>> event(
      String appended, String eventTime, String value) {
    return event(epoch(appended), Instant.parse(eventTime).toEpochMilli(), value);
  }

  /** An event as decoding gives it out: never later than the end of its epoch. */
  public static TimestampedValue<EpochEvent<String>> event(
      long epoch, long eventTime, String value) {
    return TimestampedValue.of(
        new EpochEvent<>(epoch, eventTime, value),
        org.joda.time.Instant.ofEpochMilli(Math.min(eventTime, lastOf(epoch).getMillis())));
  }

  /** Adds events, at least one, in one step. */
  @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type
  public static TestStream.Builder<EpochEvent<String>> add(
      TestStream.Builder<EpochEvent<String>> script,
      List<TimestampedValue<EpochEvent<String>>> events) {
    return script.addElements(
        events.get(0),
        (TimestampedValue<EpochEvent<String>>[])
            events.subList(1, events.size()).toArray(new TimestampedValue[0]));
  }
}
