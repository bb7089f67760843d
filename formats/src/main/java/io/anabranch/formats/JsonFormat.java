/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.formats;

import static io.anabranch.api.internal.Arguments.requireGiven;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.anabranch.api.EventFormat;
import org.apache.beam.sdk.util.SerializableSupplier;

/**
 * Events as JSON, by Jackson: one object a record, into a Java record or another class that Jackson
 * can make and write.
 *
 * <p>Properties that the class does not have are ignored, so that producers may add some. A missing
 * or null property is null; of a primitive component of a record it is an error. A number is never
 * rounded, and a text is no number. Instants are text ({@code "2026-03-01T10:00:00Z"}) or seconds
 * since 1970-01-01T00:00Z; milliseconds are not recognised.
 *
 * <p>What cannot be read, or is followed by more than white space, becomes a dead letter. So does
 * what the class's own constructor refuses. Refuse there what a view needs and a record may lack: a
 * null key fails the run.
 *
 * <pre>{@code
 * record Order(String shop, long cents, Instant at) {
 *   Order {
 *     requireNonNull(shop, "shop is missing");
 *   }
 * }
 *
 * EventFormat<Order> events() {
 *   return JsonFormat.of(Order.class).timestamp(Order::at);
 * }
 * }</pre>
 */
public final class JsonFormat {
  private JsonFormat() {}

  /** Reads events of a class. */
  public static <E> EventFormat.Coded<E> of(Class<E> type) {
    return of(type, new OwnMapper());
  }

  /**
   * Reads events of a class by a mapper of the author's own, which must write what it reads: events
   * travel between workers as JSON.
   *
   * @param mapper makes the mapper in each process, as mappers themselves do not travel
   */
  public static <E> EventFormat.Coded<E> of(
      Class<E> type, SerializableSupplier<ObjectMapper> mapper) {
    JsonCoder<E> coder =
        new JsonCoder<>(requireGiven(type, "type"), requireGiven(mapper, "mapper"));
    return EventFormat.coded(coder::decode, coder);
  }

  /** Makes the mapper of formats that name none. */
  static final class OwnMapper implements SerializableSupplier<ObjectMapper> {
    private static final long serialVersionUID = 1L;

    @Override
    public ObjectMapper get() {
      return JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT) // 12.99 is not 12
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .build();
    }
  }
}
