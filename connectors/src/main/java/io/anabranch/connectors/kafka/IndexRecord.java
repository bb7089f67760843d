/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.kafka;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.anabranch.api.spi.log.LogException;
import io.anabranch.api.spi.log.LogException.Code;
import java.io.IOException;
import java.util.Optional;

/**
 * A record of the index topic: JSON that people can read.
 *
 * @param format the version of the format
 * @param topic the identity of the topic that it speaks of
 * @param epochMillis the length of an epoch
 * @param through the last closed epoch
 * @param ends the offset behind the closed epochs, by partition
 * @param at when it was written, for people
 */
@JsonIgnoreProperties(ignoreUnknown = true) // of newer releases, whose format is refused below
@SuppressWarnings("ArrayRecordComponent") // read or written at once
record IndexRecord(
    @JsonProperty("format") int format,
    @JsonProperty("topic") String topic,
    @JsonProperty("epochMillis") long epochMillis,
    @JsonProperty("through") long through,
    @JsonProperty("ends") long[] ends,
    @JsonProperty("at") String at) {
  static final int FORMAT = 1;
  private static final ObjectMapper JSON = new ObjectMapper();

  byte[] toBytes() {
    try {
      return JSON.writeValueAsBytes(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("numbers and texts are JSON", e);
    }
  }

  /**
   * Reads one.
   *
   * @return empty if it speaks of another topic, such as one of this name that was deleted
   */
  static Optional<IndexRecord> parse(byte[] bytes, Topic topic, String topicId) {
    IndexRecord record;
    try {
      record = JSON.readValue(bytes, IndexRecord.class);
    } catch (IOException e) {
      throw new LogException(
          Code.NOT_A_LOG,
          "topic %s holds a record that is no closing of an epoch".formatted(topic.index()),
          e);
    }
    if (!topicId.equals(record.topic())) {
      return Optional.empty();
    }
    if (record.format() > FORMAT) {
      throw LogException.of(
          Code.NEWER_FORMAT, "topic %s was written by a newer release", topic.index());
    }
    if (record.epochMillis() != topic.epochs().length().toMillis()) {
      throw LogException.of(
          Code.OTHER_EPOCH_LENGTH,
          "topic %s has epochs of %d ms, and log.epoch is %d ms",
          topic.name(),
          record.epochMillis(),
          topic.epochs().length().toMillis());
    }
    return Optional.of(record);
  }
}
