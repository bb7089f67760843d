/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.testkit;

import io.anabranch.api.EpochRange;
import io.anabranch.api.spi.log.LogPosition;
import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.api.spi.row.LetterQuery;
import io.anabranch.api.spi.row.LiveHead;
import io.anabranch.api.spi.row.LiveRow;
import io.anabranch.api.spi.row.RowQuery;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.CatalogStore;
import io.anabranch.api.spi.store.DeadLetterStore;
import io.anabranch.api.spi.store.Fence;
import io.anabranch.api.spi.store.ProgressStore;
import io.anabranch.api.spi.store.ReadReport;
import io.anabranch.api.spi.store.ReportStore;
import io.anabranch.api.spi.store.RowStore;
import io.anabranch.api.spi.store.RunBeat;
import io.anabranch.api.spi.store.RunProgress;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.transforms.testkit.Recording.How;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The store of a {@link Recording}: it takes what pipelines call, and refuses the rest. */
final class RecordingStore implements ViewStore {
  private final Recording recording;
  private final AtomicBoolean closed = new AtomicBoolean();

  RecordingStore(Recording recording) {
    this.recording = recording;
  }

  boolean isClosed() {
    return closed.get();
  }

  private void record(Recording.Call call) {
    recording.recordAt(this, call);
  }

  private static UnsupportedOperationException unexpected() {
    return new UnsupportedOperationException("no pipeline should call this");
  }

  @Override
  public CatalogStore catalog() {
    throw unexpected();
  }

  @Override
  public RowStore rows() {
    return new RowStore() {
      @Override
      public void write(Fence fence, Collection<StoredRow> rows, Suspension suspension) {
        How how = suspension == Suspension.IGNORED ? How.WRITE : How.WRITE_UNLESS_SUSPENDED;
        record(new Recording.Write(fence, List.copyOf(rows), how));
      }

      @Override
      public void fill(Fence fence, Collection<StoredRow> rows) {
        record(new Recording.Write(fence, List.copyOf(rows), How.FILL));
      }

      @Override
      public Optional<LiveHead> readLive(RowQuery query, Consumer<LiveRow> rows) {
        throw unexpected();
      }

      @Override
      public long delete(long rows, EpochRange epochs, int most) {
        throw unexpected();
      }
    };
  }

  @Override
  public ProgressStore progress() {
    return new ProgressStore() {
      @Override
      public void heartbeat(RunBeat beat) {
        throw unexpected();
      }

      @Override
      public boolean complete(Fence fence, long through, Optional<LogPosition> position) {
        record(new Recording.Complete(fence, through));
        return true;
      }

      @Override
      public void report(Collection<ReadReport> reports) {
        for (ReadReport report : reports) {
          ReadReport.Read read = (ReadReport.Read) report;
          record(
              new Recording.Read(
                  read.more().through(), read.more().bytes(), read.more().records()));
        }
      }

      @Override
      public void addWaits(long run, RunProgress.Waits waits) {
        throw unexpected();
      }

      @Override
      public List<RunProgress> read(Collection<Long> runs) {
        throw unexpected();
      }
    };
  }

  @Override
  public DeadLetterStore deadLetters() {
    return new DeadLetterStore() {
      @Override
      public void write(Map<String, Long> generations, Collection<DeadLetter> letters) {
        record(new Recording.Letters(generations, List.copyOf(letters)));
      }

      @Override
      public void discard(Collection<DeadLetter> letters) {
        throw unexpected();
      }

      @Override
      public void read(LetterQuery query, Consumer<DeadLetter> letters) {
        throw unexpected();
      }

      @Override
      public long count(LetterQuery query) {
        throw unexpected();
      }

      @Override
      public void dropAllBut(Supplier<Set<Long>> named) {
        throw unexpected();
      }
    };
  }

  @Override
  public ReportStore reports() {
    throw unexpected();
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      recording.closed();
    }
  }
}
