/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.log;

import io.anabranch.api.Epochs;
import java.time.Duration;
import java.time.Instant;

/**
 * How far the run that fills a slice has read the log. Workers tell of it a bundle at a time, and a
 * bundle that is run again tells of it again: it is a measure of progress, not of what is stored.
 *
 * @param after the last epoch that is not read
 * @param through the last epoch of which something was read, {@link io.anabranch.api.Epochs#NONE}
 *     if nothing was
 * @param bytes how many bytes were read
 * @param records how many records were read
 * @param since when reading began
 * @param at when it was last told of, {@code since} if it was not
 * @param ended whether the run has ended, so that it stores nothing any more
 * @param recent how much of it was read lately
 */
public record Reading(
    long after,
    long through,
    long bytes,
    long records,
    Instant since,
    Instant at,
    boolean ended,
    Recent recent) {

  /**
   * What was read since it was first told of, or first after a pause, or for a minute or two.
   *
   * @param bytes how many bytes were read
   * @param since when that began
   */
  public record Recent(long bytes, Instant since) {
    /** Reading that was not told of for so long has paused. */
    public static final Duration PAUSE = Duration.ofSeconds(10);

    /** It is measured anew after this time. */
    public static final Duration MOST = Duration.ofMinutes(1);
  }

  /** Returns the same reading, of a run that has ended. */
  public Reading asEnded() {
    return new Reading(after, through, bytes, records, since, at, true, recent);
  }

  /** Returns the reading of a run that begins to read after an epoch. */
  public static Reading begun(long after, Instant now) {
    return new Reading(after, Epochs.NONE, 0, 0, now, now, false, new Recent(0, Instant.MIN));
  }

  /**
   * Returns the reading after more was read. The rate is that of what is reported after the first
   * time, or the first after a pause, as nobody knows since when that was read. Once it is of a
   * while, half of it is left, as if it was read steadily.
   *
   * @param bounded whether a backfill is read: it has no pauses, and reports seldom if it is held
   *     to a rate
   */
  public Reading plus(long more, long bytesMore, long recordsMore, Instant now, boolean bounded) {
    return new Reading(
        after,
        Math.max(through, more),
        bytes + bytesMore,
        records + recordsMore,
        since,
        now,
        ended,
        recently(bytesMore, now, bounded));
  }

  private Recent recently(long bytesMore, Instant now, boolean bounded) {
    boolean first = recent.since().equals(Instant.MIN);
    boolean paused = !bounded && at.isBefore(now.minus(Recent.PAUSE));
    if (first || paused) {
      return new Recent(0, now);
    }
    if (recent.since().isBefore(now.minus(Recent.MOST))) {
      long middle = (recent.since().toEpochMilli() + at.toEpochMilli()) / 2;
      return new Recent(recent.bytes() / 2 + bytesMore, Instant.ofEpochMilli(middle));
    }
    return new Recent(recent.bytes() + bytesMore, recent.since());
  }

  /** Returns the rate of reading lately, in bytes a second, 0 if that is not known yet. */
  public double bytesPerSecond() {
    double seconds = Math.max(1, Duration.between(recent.since(), at).toMillis()) / 1_000.0;
    return recent.bytes() / seconds;
  }
}
