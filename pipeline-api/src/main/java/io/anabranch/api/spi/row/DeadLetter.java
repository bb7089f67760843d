/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.row;

import io.anabranch.api.spi.log.LogPlace;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A record that is left out of answers: one that could not be decoded, of all views; or an event on
 * which a step of a view threw, of this view; or an event that did not come in time for a
 * {@linkplain io.anabranch.api.WindowedView windowed view}, of this view, until a batch run over
 * the whole log counts it in; or a row that the store did not take.
 *
 * @param place where it lies in the log; with the view its identity
 * @param kind why it is left out
 * @param view the view that it is left out of, empty if of all
 * @param eventTime when the event happened, empty if the record could not be decoded
 * @param error what went wrong, for a person
 * @param record the record's bytes as they were read
 */
@SuppressWarnings("ArrayRecordComponent") // equals and hashCode below compare the bytes
public record DeadLetter(
    LogPlace place,
    Kind kind,
    Optional<String> view,
    Optional<Instant> eventTime,
    String error,
    byte[] record) {

  /** Why a record is left out. */
  public enum Kind {
    /** It could not be decoded. */
    UNDECODABLE,
    /** A step of the view threw on its event. */
    FAILED,
    /** It came later than the view's lateness allows. */
    LATE,
    /** It was further ahead of the log's clock than the view's clock skew allows. */
    EARLY,
    /** The store did not take the row that it was folded into; the letter is of the row. */
    REFUSED,
    /** Somebody decided that it never will be taken. */
    DISCARDED;

    /** What went wrong, rather than came at the wrong time. */
    public static final Set<Kind> FAULTS = Set.of(UNDECODABLE, FAILED, REFUSED);

    /** What came too late or too early. */
    public static final Set<Kind> LATE_OR_EARLY = Set.of(LATE, EARLY);

    /** Returns the kind as people write it. */
    public String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** A record that could not be decoded. */
  public DeadLetter(LogPlace place, String error, byte[] record) {
    this(place, Kind.UNDECODABLE, Optional.empty(), Optional.empty(), error, record);
  }

  /** Returns the same letter without the bytes of the record. */
  public DeadLetter withoutRecord() {
    return new DeadLetter(place, kind, view, eventTime, error, new byte[0]);
  }

  /** Returns the same letter of another kind. */
  public DeadLetter as(Kind other) {
    return new DeadLetter(place, other, view, eventTime, error, record);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DeadLetter that
        && place.equals(that.place)
        && kind == that.kind
        && view.equals(that.view)
        && eventTime.equals(that.eventTime)
        && error.equals(that.error)
        && Arrays.equals(record, that.record);
  }

  @Override
  public int hashCode() {
    return Objects.hash(place, view, error);
  }

  @Override
  public String toString() {
    return place + ": " + error + " (" + record.length + " bytes)";
  }
}
