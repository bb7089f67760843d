/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A record of the log, as an {@link EventFormat} decodes it. It is valid during the call that gets
 * it: the next record may reuse it.
 */
public interface LogRecord {

  /** Returns the array that holds the value; it must not be kept or changed. */
  byte[] array();

  /** Returns where the value begins in {@link #array()}. */
  int offset();

  /** Returns the length of the value in bytes. */
  int length();

  /** Returns whether there is a value: a compacted Kafka topic marks a deleted key by none. */
  boolean hasValue();

  /**
   * Returns the key, empty if there is none; the array must not be kept or changed. Records of the
   * embedded log have no key, no headers and no append time.
   */
  Optional<byte[]> key();

  /** Returns the headers by name, of several of one name the last; not to be changed. */
  Map<String, byte[]> headers();

  /** Returns the last header of a name, empty if there is none. */
  default Optional<byte[]> header(String name) {
    return Optional.ofNullable(headers().get(name));
  }

  /** Returns when the log got the record, empty if the log does not know. */
  Optional<Instant> appendTime();

  /** Makes a record of a value alone, for instance to test a format. */
  static LogRecord of(byte[] value) {
    return of(value, null, Map.of());
  }

  /**
   * Makes a record, for instance to test a format.
   *
   * @param value its value, null for none
   * @param key its key, null for none
   * @param headers its headers by name
   */
  static LogRecord of(byte @Nullable [] value, byte @Nullable [] key, Map<String, byte[]> headers) {
    byte[] bytes = value == null ? new byte[0] : value;
    return new LogRecord() {
      @Override
      public byte[] array() {
        return bytes;
      }

      @Override
      public int offset() {
        return 0;
      }

      @Override
      public int length() {
        return bytes.length;
      }

      @Override
      public boolean hasValue() {
        return value != null;
      }

      @Override
      public Optional<byte[]> key() {
        return Optional.ofNullable(key);
      }

      @Override
      public Map<String, byte[]> headers() {
        return headers;
      }

      @Override
      public Optional<Instant> appendTime() {
        return Optional.empty();
      }
    };
  }
}
