/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi;

import java.util.Arrays;
import java.util.Objects;

/**
 * A record that could not be decoded.
 *
 * @param place where it lies in the log; its identity
 * @param error what went wrong, for a person
 * @param record the record's bytes as they were read
 */
@SuppressWarnings("ArrayRecordComponent") // equals and hashCode below compare the bytes
public record DeadLetter(LogPlace place, String error, byte[] record) {

  @Override
  public boolean equals(Object other) {
    return other instanceof DeadLetter that
        && place.equals(that.place)
        && error.equals(that.error)
        && Arrays.equals(record, that.record);
  }

  @Override
  public int hashCode() {
    return Objects.hash(place, error);
  }

  @Override
  public String toString() {
    return place + ": " + error + " (" + record.length + " bytes)";
  }
}
