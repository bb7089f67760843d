/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.log;

import java.util.Locale;

/**
 * How much of a log lies between two places, in the unit that the log counts in. An estimate for
 * people: no decision rests on it.
 *
 * @param amount how much, 0 or more
 * @param unit of what
 * @param exact whether it is exact; otherwise there may be less
 */
public record LogDistance(long amount, Unit unit, boolean exact) {

  /** What a log counts. */
  public enum Unit {
    /** The bytes of records, and one for the end of each. */
    BYTES("byte"),
    /** Records. */
    RECORDS("record");

    private final String noun;

    Unit(String noun) {
      this.noun = noun;
    }

    /** Returns the noun for one. */
    public String noun() {
      return noun;
    }

    /** Returns the amount in this unit. */
    public long of(long bytes, long records) {
      return this == BYTES ? bytes : records;
    }
  }

  /** Such as {@code 1,024 bytes}. */
  public String text() {
    return String.format(Locale.ROOT, "%,d %s%s", amount, unit.noun, amount == 1 ? "" : "s");
  }

  /** Returns an exact number of bytes. */
  public static LogDistance bytes(long amount) {
    return new LogDistance(amount, Unit.BYTES, true);
  }
}
