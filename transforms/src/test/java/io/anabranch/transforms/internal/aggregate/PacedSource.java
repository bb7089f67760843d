/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import static io.anabranch.transforms.testkit.Script.EPOCHS;

import io.anabranch.transforms.internal.epoch.EpochEvent;
import io.anabranch.transforms.internal.epoch.EpochEventCoder;
import io.anabranch.transforms.testkit.Recording;
import java.io.Serializable;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.joda.time.Instant;

/**
 * Gives out the events of one epoch after the other, and moves its watermark to the end of an epoch
 * after the last of them. It goes on with the next epoch once a recording says that the previous
 * one is complete, and ends after the last: what {@code TestStream} on Flink, which runs through
 * its script at once, cannot do.
 */
final class PacedSource extends UnboundedSource<EpochEvent<String>, PacedSource.Mark> {
  private static final long serialVersionUID = 1L;

  private final long firstEpoch;
  private final List<List<Event>> epochs;
  private final String store;

  /** An event of an epoch that is known from its place. */
  record Event(long eventTime, String value) implements Serializable {}

  /** What was given out last. */
  record Mark(int epoch, int event) implements Serializable, CheckpointMark {
    @Override
    public void finalizeCheckpoint() {}
  }

  PacedSource(long firstEpoch, List<List<Event>> epochs, Recording store) {
    this.firstEpoch = firstEpoch;
    this.epochs = epochs;
    this.store = store.settings().get("url").orElseThrow();
  }

  @Override
  public List<PacedSource> split(int desiredNumSplits, PipelineOptions options) {
    return List.of(this);
  }

  @Override
  public UnboundedReader<EpochEvent<String>> createReader(PipelineOptions options, Mark mark) {
    return new Reader(mark == null ? new Mark(0, -1) : mark);
  }

  @Override
  public Coder<Mark> getCheckpointMarkCoder() {
    return SerializableCoder.of(Mark.class);
  }

  @Override
  public Coder<EpochEvent<String>> getOutputCoder() {
    return EpochEventCoder.of(StringUtf8Coder.of());
  }

  private final class Reader extends UnboundedReader<EpochEvent<String>> {
    private Mark mark;

    Reader(Mark mark) {
      this.mark = mark;
    }

    @Override
    public boolean start() {
      return advance();
    }

    @Override
    public boolean advance() {
      if (mark.epoch() == epochs.size()) {
        return false;
      }
      if (mark.event() + 1 < epochs.get(mark.epoch()).size()) {
        mark = new Mark(mark.epoch(), mark.event() + 1);
        return true;
      }
      mark = new Mark(mark.epoch(), epochs.get(mark.epoch()).size());
      if (Recording.at(store).completed().contains(firstEpoch + mark.epoch())) {
        mark = new Mark(mark.epoch() + 1, -1);
        return advance();
      }
      return false;
    }

    @Override
    public EpochEvent<String> getCurrent() {
      return new EpochEvent<>(firstEpoch + mark.epoch(), event().eventTime(), event().value());
    }

    @Override
    public Instant getCurrentTimestamp() {
      return Instant.ofEpochMilli(
          Math.min(event().eventTime(), startOf(mark.epoch() + 1).getMillis() - 1));
    }

    private Event event() {
      List<Event> events = epochs.get(mark.epoch());
      if (mark.event() >= events.size()) {
        throw new NoSuchElementException();
      }
      return events.get(mark.event());
    }

    @Override
    public Instant getWatermark() {
      if (mark.epoch() == epochs.size()) {
        return BoundedWindow.TIMESTAMP_MAX_VALUE;
      }
      boolean over = mark.event() == epochs.get(mark.epoch()).size();
      return startOf(mark.epoch() + (over ? 1 : 0));
    }

    private Instant startOf(int epoch) {
      return Instant.ofEpochMilli(EPOCHS.start(firstEpoch + epoch).toEpochMilli());
    }

    @Override
    public CheckpointMark getCheckpointMark() {
      return mark;
    }

    @Override
    public UnboundedSource<EpochEvent<String>, ?> getCurrentSource() {
      return PacedSource.this;
    }

    @Override
    public void close() {}
  }
}
