/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.log;

import io.anabranch.api.Epochs;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How far the run that fills a slice has read the log. Workers report it once a bundle, and a
 * bundle that is run again reports again: so amounts are estimates, and positions are not, as the
 * largest one stays.
 *
 * @param after the last epoch that is not read
 * @param through the last epoch of which something was read, {@link io.anabranch.api.Epochs#NONE}
 *     if nothing was
 * @param bytes how many bytes were read
 * @param records how many records were read
 * @param position what the run has read of the epochs behind {@code after}: all that lies before
 *     this position; the beginning while it reads in no order
 * @param earlier what runs before this one have read of it: their rows are still there
 * @param since when reading began
 * @param at when it was last reported, {@code since} if it was not
 * @param stored whether all that was read is stored, as the run came to its end
 * @param alive when the run last reported that it is alive; empty if it has ended, or died, so that
 *     it stores nothing any more
 * @param recent how much of it was read lately
 */
public record ReadProgress(
    long after,
    long through,
    long bytes,
    long records,
    LogPosition position,
    LogPosition earlier,
    Instant since,
    Instant at,
    boolean stored,
    Optional<Instant> alive,
    Recent recent) {

  /**
   * What was read since the first report, or since the first after a pause, or for a minute or two.
   *
   * @param bytes how many bytes were read
   * @param records how many records were read
   * @param since when that began
   */
  public record Recent(long bytes, long records, Instant since) {
    /** Reading that was not reported for so long has paused. */
    public static final Duration PAUSE = Duration.ofSeconds(10);

    /**
     * A rate over less than this says nothing: each worker reports about once a second, and the
     * first report of a second one holds what it read before the measuring began.
     */
    public static final Duration LEAST = Duration.ofSeconds(3);

    /** It is measured anew after this time. */
    public static final Duration MOST = Duration.ofMinutes(1);
  }

  /**
   * Returns the same progress, of a run that was alive at a time; empty if it has ended or died.
   */
  public ReadProgress aliveAt(Optional<Instant> seen) {
    return new ReadProgress(
        after, through, bytes, records, position, earlier, since, at, stored, seen, recent);
  }

  /** Returns whether the run has ended, or died. */
  public boolean ended() {
    return alive.isEmpty();
  }

  /** Returns the same progress, of a run that has stored all that it read. */
  public ReadProgress asStored() {
    return new ReadProgress(
        after, through, bytes, records, position, earlier, since, at, true, alive, recent);
  }

  /**
   * Returns the progress of a run that begins to read after an epoch.
   *
   * @param earlier what runs before it have read for the same slice
   */
  public static ReadProgress begun(long after, LogPosition earlier, Instant now) {
    return new ReadProgress(
        after,
        Epochs.NONE,
        0,
        0,
        LogPosition.START,
        earlier,
        now,
        now,
        false,
        Optional.of(now),
        new Recent(0, 0, Instant.MIN));
  }

  /** Returns all that this run or one before it has read: rows may hold any of it. */
  public LogPosition reached() {
    return position.merge(earlier);
  }

  /**
   * Returns the progress after more was read, or after nothing was found at a position. The rate is
   * that of what is reported after the first time, or the first after a pause, as nobody knows
   * since when that was read. Once it is of a while, half of it is left, as if it was read
   * steadily.
   *
   * @param more what a report adds: {@code through}, {@code bytes}, {@code records} and {@code
   *     position} count
   * @param bounded whether a backfill is read: it has no pauses, and reports seldom if it is held
   *     to a rate
   */
  public ReadProgress plus(Increment more, Instant now, boolean bounded) {
    boolean hasRecords = more.records() > 0;
    return new ReadProgress(
        after,
        Math.max(through, more.through()),
        bytes + more.bytes(),
        records + more.records(),
        position.merge(more.position()),
        earlier,
        since,
        hasRecords ? now : at,
        stored,
        alive,
        hasRecords ? recently(more, now, bounded) : recent);
  }

  /**
   * What was read since the last report.
   *
   * @param through the last epoch of it, {@link io.anabranch.api.Epochs#NONE} if it has no records
   * @param bytes how many bytes
   * @param records how many records
   * @param position how far its parts are read
   */
  public record Increment(long through, long bytes, long records, LogPosition position) {}

  private Recent recently(Increment more, Instant now, boolean bounded) {
    boolean first = recent.since().equals(Instant.MIN);
    boolean paused = !bounded && at.isBefore(now.minus(Recent.PAUSE));
    if (first || paused) {
      return new Recent(0, 0, now);
    }
    if (recent.since().isBefore(now.minus(Recent.MOST))) {
      long middle = (recent.since().toEpochMilli() + at.toEpochMilli()) / 2;
      return new Recent(
          recent.bytes() / 2 + more.bytes(),
          recent.records() / 2 + more.records(),
          Instant.ofEpochMilli(middle));
    }
    return new Recent(
        recent.bytes() + more.bytes(), recent.records() + more.records(), recent.since());
  }

  /**
   * Returns the rate of reading lately, in units a second; 0 if that is not known yet. It is
   * measured over {@link Recent#LEAST} at least.
   */
  public double perSecond(LogDistance.Unit unit) {
    Duration measured = Duration.between(recent.since(), at);
    return recent.since().equals(Instant.MIN) || measured.compareTo(Recent.LEAST) < 0
        ? 0
        : unit.of(recent.bytes(), recent.records()) * 1_000.0 / measured.toMillis();
  }

  /** Returns how much was read. */
  public long amount(LogDistance.Unit unit) {
    return unit.of(bytes, records);
  }
}
