/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.kafka;

import io.anabranch.api.Epochs;
import io.anabranch.api.spi.log.LogException;
import io.anabranch.api.spi.log.LogException.Code;
import io.anabranch.connectors.kafka.Brokers.Described;
import io.anabranch.connectors.kafka.Brokers.Found;
import io.anabranch.connectors.kafka.EpochIndex.Closing;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Closes epochs whose time is over: looks up the ends of the partitions, and writes them to the
 * index. Each run may do so, also several at once.
 *
 * <p>An epoch is closed once its end, the grace and the margin are over by the clock of this
 * process. Whoever follows the log gives out records as of the open epoch only while its end and
 * the grace are not over by its own clock. So nobody has given out a record that lies behind the
 * ends that are looked up here, if the clocks differ by no more than the margin.
 *
 * <p>If nobody closed epochs for some time, records of a topic with append time are divided by it.
 * Other times say nothing of when a record came: all records since are of the first of these
 * epochs. A topic that nobody has read yet is divided by whatever times it has.
 */
final class Closer {
  private final Topic topic;
  private final Brokers brokers;
  private final boolean appendTime;
  private final String topicId;

  Closer(Topic topic, String topicId, Brokers brokers) {
    this.topic = topic;
    this.topicId = topicId;
    this.brokers = brokers;
    this.appendTime = brokers.hasAppendTime();
  }

  /** Returns the last epoch that may be closed now. */
  long due() {
    return topic.due(topic.clock().instant());
  }

  /** Closes what is due, and returns the index after it. */
  EpochIndex close(IndexTopic index) {
    return close(index, due());
  }

  /** Closes the epochs through one that is due, and returns the index after it. */
  EpochIndex close(IndexTopic index, long through) {
    EpochIndex now = index.read();
    List<Closing> missing = missing(now, through);
    if (missing.isEmpty()) {
      return now;
    }
    index.write(missing);
    return index.read();
  }

  private List<Closing> missing(EpochIndex index, long through) {
    if (!index.isEmpty() && index.last().through() >= through) {
      return List.of();
    }
    int partitions = requireSame(index);
    Offsets ends = brokers.ends(partitions);
    if (index.isEmpty()) {
      return history(base(partitions, ends, through), ends, through);
    }
    Closing last = index.last();
    if (last.through() == through - 1 || !appendTime) {
      return List.of(new Closing(through, ends.max(last.ends())));
    }
    List<Closing> closings = history(last, ends, through);
    return closings.subList(1, closings.size());
  }

  /**
   * Returns how many partitions the topic has.
   *
   * @throws LogException if it is another topic by now, or lost a partition
   */
  private int requireSame(EpochIndex index) {
    Described described = brokers.describe();
    if (!described.id().equals(topicId)) {
      throw LogException.of(
          Code.DAMAGED, "topic %s was deleted and made again since this began", topic.name());
    }
    int named = index.isEmpty() ? 0 : index.last().ends().partitions();
    if (described.partitions() < named) {
      throw LogException.of(
          Code.DAMAGED,
          "topic %s has %d partitions, and had %d",
          topic.name(),
          described.partitions(),
          named);
    }
    return described.partitions();
  }

  /** The log begins with the epoch of its first record, or with the one that is open now. */
  private Closing base(int partitions, Offsets ends, long through) {
    Offsets beginnings = brokers.beginnings(partitions);
    Found first = brokers.from(Instant.EPOCH, ends);
    long epoch =
        first.next().isPresent()
            ? epochs().at(Instant.ofEpochMilli(first.next().getAsLong()))
            : through + 1;
    return new Closing(Math.min(epoch, through + 1) - 1, beginnings);
  }

  /** Divides the records since a closing by their times, epochs without records together. */
  private List<Closing> history(Closing from, Offsets ends, long through) {
    List<Closing> closings = new ArrayList<>(List.of(from));
    Offsets reached = from.ends();
    long epoch = from.through() + 1;
    while (epoch <= through) {
      Found found = brokers.from(epochs().end(epoch).plus(topic.closingDelay()), ends);
      Offsets next = found.offsets().max(reached);
      if (!next.equals(reached)) {
        if (closings.get(closings.size() - 1).through() < epoch - 1) {
          closings.add(new Closing(epoch - 1, reached));
        }
        closings.add(new Closing(epoch, next));
        reached = next;
      }
      epoch =
          found.next().isPresent()
              ? Math.max(
                  epoch + 1,
                  epochs()
                      .at(
                          Instant.ofEpochMilli(found.next().getAsLong())
                              .minus(topic.closingDelay())))
              : through + 1;
    }
    if (closings.get(closings.size() - 1).through() < through) {
      closings.add(new Closing(through, reached));
    }
    return closings;
  }

  private Epochs epochs() {
    return topic.epochs();
  }
}
