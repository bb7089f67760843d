/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.anabranch.api.Epochs;
import io.anabranch.api.spi.log.LogException;
import io.anabranch.api.spi.log.LogException.Code;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.UUID;

/**
 * What {@code log.json} says of a log.
 *
 * @param id the log's identity
 * @param epochs how its ingestion time is divided; the segments are filed by it, so it never
 *     changes
 */
record LogIdentity(String id, Epochs epochs) {
  static final String FILE = "log.json";
  private static final int FORMAT = 2;
  private static final ObjectMapper JSON = new ObjectMapper();

  static LogIdentity create(Epochs epochs) {
    return new LogIdentity(UUID.randomUUID().toString(), epochs);
  }

  /**
   * Reads the file.
   *
   * @throws LogException if it is of a newer format, or damaged
   */
  static LogIdentity read(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    try {
      JsonNode json = JSON.readTree(Files.readString(file, StandardCharsets.UTF_8));
      int format = json.path("format").asInt();
      if (format > FORMAT) {
        throw LogException.of(
            Code.NEWER_FORMAT,
            "the log in %s is of format %d, and this version of Anabranch knows formats through %d",
            folder,
            format,
            FORMAT);
      }
      if (format == 1) {
        throw LogException.of(
            Code.OLDER_FORMAT,
            "the log in %s is of format 1, of a version of Anabranch that was never released",
            folder);
      }
      String id = json.path("id").asText();
      if (format == FORMAT && !id.isEmpty()) {
        return new LogIdentity(id, new Epochs(Duration.parse(json.path("epoch").asText())));
      }
    } catch (JsonProcessingException | DateTimeException | IllegalArgumentException e) {
      throw damaged(file, e);
    }
    throw damaged(file, null);
  }

  private static LogException damaged(Path file, Exception cause) {
    return new LogException(
        Code.DAMAGED,
        file + " does not describe a log, as {\"format\":2,\"id\":...,\"epoch\":\"PT1H\"} does",
        cause);
  }

  byte[] toBytes() {
    return JSON.createObjectNode()
        .put("format", FORMAT)
        .put("id", id)
        .put("epoch", epochs.length().toString())
        .toString()
        .concat("\n")
        .getBytes(StandardCharsets.UTF_8);
  }
}
