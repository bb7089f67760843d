/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.contracts.log;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.spi.log.EpochChange;
import io.anabranch.api.spi.log.EpochContent;
import io.anabranch.api.spi.log.EventLog;
import io.anabranch.api.spi.log.FollowRequest;
import io.anabranch.api.spi.log.LogDistance;
import io.anabranch.api.spi.log.LogEnd;
import io.anabranch.api.spi.log.LogPosition;
import io.anabranch.api.spi.log.LogSize;
import io.anabranch.api.spi.log.RecordBatch;
import java.util.Collection;
import java.util.List;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;

/** A log that is another one, but for what a test overrides. Closing it leaves that one open. */
public class ForwardingLog implements EventLog {
  private final EventLog log;

  /** Forwards calls to a log. */
  protected ForwardingLog(EventLog log) {
    this.log = log;
  }

  @Override
  public LogEnd end() {
    return log.end();
  }

  @Override
  public String id() {
    return log.id();
  }

  @Override
  public Epochs epochs() {
    return log.epochs();
  }

  @Override
  public LogSize size(EpochRange range) {
    return log.size(range);
  }

  @Override
  public List<EpochContent> contents(EpochRange range) {
    return log.contents(range);
  }

  @Override
  public List<EpochChange> changes(Collection<EpochContent> earlier) {
    return log.changes(earlier);
  }

  @Override
  public List<EpochChange> faults(EpochRange range) {
    return log.faults(range);
  }

  @Override
  public LogDistance distance(LogPosition from, LogPosition to) {
    return log.distance(from, to);
  }

  @Override
  public PTransform<PBegin, PCollection<RecordBatch>> read(EpochRange closed) {
    return log.read(closed);
  }

  @Override
  public PTransform<PBegin, PCollection<RecordBatch>> follow(FollowRequest request) {
    return log.follow(request);
  }

  @Override
  public void close() {}
}
