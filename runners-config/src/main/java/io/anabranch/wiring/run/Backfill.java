/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.run;

import io.anabranch.api.EpochRange;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.log.EpochContent;
import io.anabranch.api.spi.log.RecordBatch;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.catalog.transition.ReplayPlan;
import io.anabranch.wiring.RunContext;
import io.anabranch.wiring.pipeline.Pipelines;
import io.anabranch.wiring.pipeline.RecordCounts;
import io.anabranch.wiring.pipeline.Views;
import io.anabranch.wiring.version.LogHistory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.values.PCollection;

/**
 * The beginning of new versions of Kappa: what is closed is read as bounded input, into a slice
 * that nobody sees until it is whole. A run that dies meanwhile leaves nothing that anybody sees.
 */
final class Backfill<E> {
  private final RunContext<E> context;
  private final String layer;
  private final FollowSettings settings;
  private final RunListener listener;

  Backfill(RunContext<E> context, String layer, FollowSettings settings, RunListener listener) {
    this.context = context;
    this.layer = layer;
    this.settings = settings;
    this.listener = listener;
  }

  /** Computes backfills, and returns the slices that go on from there. */
  List<OpenSlice> run(long run, List<ReplayPlan> plans) {
    if (plans.isEmpty()) {
      return List.of();
    }
    List<OpenSlice> backfills = context.lifecycle().beginReplay(run, plans);
    boolean completed = false;
    try {
      RecordCounts read = read(plans, backfills);
      List<OpenSlice> following = context.lifecycle().completeBackfill(backfills);
      completed = true;
      listener.backfillDone(run, read, following);
      return following;
    } catch (UserException e) {
      throw settings.stop().isRequested()
          ? new UserException(
              layer + " run " + run + " was stopped during the backfill; it leaves nothing", e)
          : e;
    } finally {
      if (!completed) {
        giveUp(backfills);
      }
    }
  }

  /** Removes what was begun, slices that it shares with the live version included. */
  private void giveUp(List<OpenSlice> backfills) {
    context.lifecycle().discard(backfills);
    for (OpenSlice backfill : backfills) {
      if (context.catalog().version(backfill.version()).filter(v -> !v.isRetired()).isPresent()) {
        context.lifecycle().retire(List.of(backfill.version()));
      }
    }
  }

  /** Returns what was read. */
  private RecordCounts read(List<ReplayPlan> plans, List<OpenSlice> backfills) {
    Map<String, OpenSlice> slices = new LinkedHashMap<>();
    TreeSet<Long> ends = new TreeSet<>();
    for (int i = 0; i < plans.size(); i++) {
      EpochRange backfill = plans.get(i).backfill();
      if (backfill.through() > backfill.after()) {
        slices.put(backfills.get(i).view(), backfills.get(i));
        ends.add(backfill.through());
      }
    }
    if (slices.isEmpty()) {
      return RecordCounts.NONE;
    }
    if (ends.size() > 1) { // all rows get the epoch of the end, and a slice shows those within it
      throw new IllegalArgumentException("backfills that are read together end with " + ends);
    }
    long through = ends.first();
    long readAfter = context.readAfter(slices.values());
    EpochRange reads = new EpochRange(readAfter, through);
    LogHistory.requireWhole(context, reads);
    List<EpochContent> contents = context.log().contents(reads);
    Pipeline pipeline = context.pipeline();
    PCollection<RecordBatch> records = pipeline.apply("Log", context.log().read(reads));
    Following.throttled(context, records, "", slices.values(), readAfter, settings.throttle())
        .apply("Views", Views.into(slices, context, through).inOneEpoch());
    RecordCounts[] read = new RecordCounts[1];
    settings.stop().unlessRequested(() -> read[0] = Pipelines.runToEnd(pipeline, layer));
    LogHistory.requireUnchanged(context, contents);
    context.lifecycle().remember(slices.values(), contents);
    return read[0];
  }
}
