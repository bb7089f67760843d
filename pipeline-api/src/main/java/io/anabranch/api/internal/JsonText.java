/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** Values of views as JSON, the same in queries and in SQL. */
public final class JsonText {
  private static final ObjectMapper JSON =
      JsonMapper.builder().disable(SerializationFeature.FAIL_ON_EMPTY_BEANS).build();

  private JsonText() {}

  /**
   * Returns a value as one line of JSON.
   *
   * @throws JsonProcessingException if its class cannot be written
   */
  public static String of(Object value) throws JsonProcessingException {
    return JSON.writeValueAsString(value);
  }
}
