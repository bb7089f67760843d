/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.pipeline;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.Timeliness;
import io.anabranch.api.definition.CombinedDefinition;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.definition.WindowedDefinition;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.transforms.internal.epoch.Admission;
import io.anabranch.transforms.internal.epoch.EpochWindows;
import io.anabranch.wiring.RunContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which events views get, and in which windows.
 *
 * @param slices what is stored, by the names of the views
 * @param through the last epoch that is complete in the input, {@link Long#MAX_VALUE} if more
 *     become so
 * @param wholeThrough the epoch through which events are counted that were not in time, where all
 *     of the log is read
 * @param inOneEpoch whether all epochs are one: the last
 */
record ViewInputs<E>(
    RunContext<E> context,
    Map<String, OpenSlice> slices,
    long through,
    long wholeThrough,
    boolean inOneEpoch) {

  ViewInputs<E> withWholeThrough(long epoch) {
    return new ViewInputs<>(context, slices, through, epoch, inOneEpoch);
  }

  ViewInputs<E> withOneEpoch() {
    return new ViewInputs<>(context, slices, through, wholeThrough, true);
  }

  /** Returns the views that have a slice here. */
  List<ViewDefinition<E, ?, ?, ?, ?>> views() {
    List<ViewDefinition<E, ?, ?, ?, ?>> views = new ArrayList<>();
    for (ViewDefinition<E, ?, ?, ?, ?> view : context.application().views()) {
      if (slices.containsKey(view.name())) {
        views.add(view);
      }
    }
    return views;
  }

  Epochs epochs() {
    return context.log().epochs();
  }

  OpenSlice slice(ViewDefinition<E, ?, ?, ?, ?> view) {
    return slices.get(view.name());
  }

  /** Returns the last epoch that a combined view gets no events of. */
  long after(CombinedDefinition<E, ?, ?, ?, ?> view) {
    return slice(view).after();
  }

  /** Returns the last epoch that a windowed view gets no events of: its windows look back. */
  long after(WindowedDefinition<E, ?, ?> view) {
    return context.readAfter(view, slice(view).after());
  }

  /** Returns the epochs that are read for all views. */
  EpochRange reads() {
    long after = context.readAfter(slices.values());
    return new EpochRange(after, Math.max(after, through));
  }

  <X> EpochWindows<X> windows(CombinedDefinition<E, ?, ?, ?, ?> view) {
    EpochWindows<X> windows = EpochWindows.of(epochs(), view.bucket());
    return inOneEpoch ? windows.inOneEpoch(through) : windows;
  }

  /** Returns which events a windowed view gets. */
  Admission admission(WindowedDefinition<E, ?, ?> view) {
    return admission(view, view.timeliness().orElseThrow());
  }

  /** Returns which events windowed views get, by the names of the views. */
  Map<String, Admission> admissions() {
    Map<String, Admission> admissions = new TreeMap<>();
    for (ViewDefinition<E, ?, ?, ?, ?> view : views()) {
      view.timeliness()
          .ifPresent(timeliness -> admissions.put(view.name(), admission(view, timeliness)));
    }
    return admissions;
  }

  private Admission admission(ViewDefinition<E, ?, ?, ?, ?> view, Timeliness timeliness) {
    long after = slice(view).after();
    long whole = after == Epochs.NONE ? wholeThrough : Epochs.NONE;
    return Admission.of(epochs(), timeliness, after, whole);
  }
}
