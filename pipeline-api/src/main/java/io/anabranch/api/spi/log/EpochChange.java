/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.log;

/**
 * How an epoch of a log is not what it was.
 *
 * @param epoch the epoch
 * @param kind what happened to it
 * @param text what differs, for people: a clause that names the part of the log
 */
public record EpochChange(long epoch, Kind kind, String text) {

  /** What happened to an epoch. */
  public enum Kind {
    /** All of its records were removed, and later records are still there: a log may be trimmed. */
    REMOVED,
    /** It lacks records, or holds other ones: the log was damaged, or restored from a backup. */
    CHANGED
  }
}
