/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.kafka;

import io.anabranch.api.Epochs;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What a reader knows of one of its partitions. */
final class Part {
  private final int partition;
  private final Deque<ConsumerRecord<byte[], byte[]>> pending = new ArrayDeque<>();

  /** All records before it were given out, or passed over. */
  private long next;

  /** The epoch as of which records were given out before it was closed. */
  private long open = Epochs.NONE;

  /** The offset behind the last of them. */
  private long openEnd;

  /** Where the consumer goes on: what lies before it was polled, or is no record. */
  private long polledTo;

  Part(int partition, long next) {
    this.partition = partition;
    this.next = next;
    this.polledTo = next;
  }

  /** Goes on. */
  Part(int partition, TopicMark.Place place) {
    this(partition, place.next());
    this.open = place.open();
    this.openEnd = place.openEnd();
  }

  TopicMark.Place place() {
    return new TopicMark.Place(next, open, openEnd);
  }

  void polledTo(long offset) {
    polledTo = offset;
    passOverMarkers();
  }

  /** Ends of transactions have offsets, too. */
  void passOverMarkers() {
    if (pending.isEmpty()) {
      moveTo(polledTo);
    }
  }

  int partition() {
    return partition;
  }

  /** Returns the records that were polled and are not given out. */
  Deque<ConsumerRecord<byte[], byte[]>> pending() {
    return pending;
  }

  long next() {
    return next;
  }

  void moveTo(long offset) {
    next = Math.max(next, offset);
  }

  /** Notes that what lies before {@link #next} was given out as of an epoch that is open. */
  void gaveOutAs(long epoch) {
    open = epoch;
    openEnd = next;
  }

  long open() {
    return open;
  }

  /** Returns whether an index closes the epoch without records that were given out as of it. */
  boolean gaveOutTooMuch(EpochIndex index) {
    return open != Epochs.NONE
        && index.closedThrough() >= open
        && index.ends(open).of(partition) < openEnd;
  }
}
