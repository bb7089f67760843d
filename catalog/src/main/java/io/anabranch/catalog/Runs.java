/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog;

import io.anabranch.api.spi.log.ReadProgress;
import io.anabranch.api.spi.store.IdKind;
import io.anabranch.api.spi.store.RunBeat;
import io.anabranch.api.spi.store.RunBeat.State;
import io.anabranch.api.spi.store.RunProgress;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.catalog.document.ViewCatalog;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The runs that fill the slices of a store. */
public final class Runs {
  private final ViewStore store;

  /** Opens those of a store. */
  public Runs(ViewStore store) {
    this.store = store;
  }

  /**
   * Registers a run.
   *
   * @param layer what it computes, for people
   * @return its number, larger than that of every run before it
   */
  public long begin(String layer) {
    long run = store.catalog().nextId(IdKind.RUN);
    store.progress().heartbeat(new RunBeat(run, layer, State.ALIVE));
    return run;
  }

  /**
   * Ignores from now on what a run says of complete epochs and windows: it is about to stop in the
   * midst of the log, which may move its watermark anywhere.
   */
  public void suspend(long run) {
    store.progress().heartbeat(new RunBeat(run, "", State.SUSPENDED));
  }

  /** Records that a run ended. What it leaves that no reader sees is garbage from now on. */
  public void end(long run) {
    store.progress().heartbeat(new RunBeat(run, "", State.ENDED));
  }

  /** Returns the number of rows that a run has written so far. */
  public long rowsWritten(long run) {
    return progress(run).map(RunProgress::rowsWritten).orElse(0L);
  }

  /** Returns how far a run has read the log for each slice that it fills now. */
  public List<ReadProgress> readings(long run) {
    Set<Long> filled = new TreeSet<>();
    for (ViewCatalog view : new Catalog(store.catalog()).loadAll().values()) {
      view.fences().values().stream()
          .filter(fence -> fence.run() == run)
          .forEach(fence -> filled.add(fence.rows()));
    }
    return progress(run).stream()
        .flatMap(
            progress ->
                progress.readings().entrySet().stream()
                    .filter(reading -> filled.contains(reading.getKey()))
                    .map(Map.Entry::getValue))
        .toList();
  }

  private Optional<RunProgress> progress(long run) {
    return store.progress().read(List.of(run)).stream().findFirst();
  }
}
