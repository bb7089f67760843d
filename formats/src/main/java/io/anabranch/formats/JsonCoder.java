/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.formats;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import io.anabranch.api.LogRecord;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.util.SerializableSupplier;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.checkerframework.checker.nullness.qual.Nullable;

/** The coder of events that are JSON: their length, and the JSON. Not deterministic. */
final class JsonCoder<E> extends CustomCoder<E> {
  private static final long serialVersionUID = 1L;

  private final Class<E> type;
  private final SerializableSupplier<ObjectMapper> mapper;
  private transient @Nullable Json json;

  JsonCoder(Class<E> type, SerializableSupplier<ObjectMapper> mapper) {
    this.type = type;
    this.mapper = mapper;
  }

  /** What Jackson keeps for a class. */
  private record Json(ObjectReader reader, ObjectWriter writer) {}

  /** Threads that race make it twice, and either will do. */
  private Json json() {
    Json made = json;
    if (made == null) {
      ObjectMapper own = mapper.get();
      made = new Json(own.readerFor(type), own.writerFor(type));
      json = made;
    }
    return made;
  }

  /**
   * Reads a record of the log.
   *
   * @throws IllegalArgumentException if it is no JSON of the class; the message names the property
   */
  E decode(LogRecord record) throws IOException {
    if (!record.hasValue()) {
      throw new IllegalArgumentException("the record has no value");
    }
    E event;
    try {
      event = json().reader().readValue(record.array(), record.offset(), record.length());
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(explain(e), e);
    }
    if (event == null) {
      throw new IllegalArgumentException(
          "the record is no JSON object of " + type.getSimpleName() + ": it is empty or null");
    }
    return event;
  }

  private static String explain(JsonProcessingException error) {
    List<JsonMappingException.Reference> path =
        error instanceof JsonMappingException mapping ? mapping.getPath() : List.of();
    String where =
        path.stream()
            .map(
                each ->
                    each.getFieldName() == null ? "[" + each.getIndex() + "]" : each.getFieldName())
            .collect(Collectors.joining("."));
    return (where.isEmpty() ? "" : "property \"" + where + "\": ") + error.getOriginalMessage();
  }

  @Override
  public void encode(E event, OutputStream out) throws IOException {
    ByteArrayCoder.of().encode(json().writer().writeValueAsBytes(event), out);
  }

  @Override
  public E decode(InputStream in) throws IOException {
    return json().reader().readValue(ByteArrayCoder.of().decode(in));
  }

  @Override
  public void verifyDeterministic() throws NonDeterministicException {
    throw new NonDeterministicException(this, "equal objects may be written as different JSON");
  }

  @Override
  public List<? extends Coder<?>> getCoderArguments() {
    return List.of();
  }

  @Override
  public TypeDescriptor<E> getEncodedTypeDescriptor() {
    return TypeDescriptor.of(type);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof JsonCoder<?> that
        && type.equals(that.type)
        && hasOwnMapper() == that.hasOwnMapper();
  }

  /** An author's mapper is a lambda, whose class is another one in each process. */
  private boolean hasOwnMapper() {
    return mapper instanceof JsonFormat.OwnMapper;
  }

  @Override
  public int hashCode() {
    return type.hashCode();
  }

  @Override
  public String toString() {
    return "JsonCoder(" + type.getName() + ")";
  }
}
