/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.fused;

import io.anabranch.api.definition.CombinedDefinition;
import io.anabranch.api.definition.WindowedDefinition;
import io.anabranch.transforms.internal.epoch.Admission;
import io.anabranch.transforms.internal.epoch.EpochEvent;
import io.anabranch.transforms.internal.epoch.EpochEventCoder;
import io.anabranch.transforms.internal.epoch.EpochWindow;
import io.anabranch.transforms.internal.epoch.EpochWindows;
import io.anabranch.transforms.internal.events.StepException;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.util.CoderUtils;
import org.joda.time.Instant;

/**
 * The plain steps that a view's transform begins with, up to one that needs a runner. What they
 * make of events goes on from there, in the window, at the timestamp that the last of them gave it.
 * Not thread-safe.
 *
 * @param <E> the event
 * @param <X> the output of the last step
 */
public final class LeadingSteps<E, X> extends FusedSteps<E, EpochEvent<X>> {
  private static final long serialVersionUID = 1L;

  private final Coder<EpochEvent<X>> coder;
  private final ArrayList<String> nodes;
  private transient List<EpochEvent<X>> outputs;
  private transient List<Instant> timestamps;

  @SuppressWarnings("unchecked") // the coder is that of the last step's output
  private LeadingSteps(String view, Chain chain, Coder<?> coder, Entrance entrance) {
    super(view, chain, entrance);
    this.coder = EpochEventCoder.of((Coder<X>) (chain.isWhole() ? coder : chain.coder()));
    this.nodes = new ArrayList<>(chain.nodes());
  }

  /**
   * Takes those of a combined view.
   *
   * @param after the last epoch whose events it does not get
   */
  public static <E> LeadingSteps<E, ?> ofCombined(
      CombinedDefinition<E, ?, ?, ?, ?> view, Chain chain, EpochWindows<?> windows, long after) {
    return new LeadingSteps<E, Object>(
        view.name(), chain, view.contributionCoder(), new Entrance.Combined(windows, after));
  }

  /**
   * Takes those of a windowed view.
   *
   * @param admission which events it gets
   * @param readAfter the last epoch whose events it does not get
   */
  public static <E> LeadingSteps<E, ?> ofWindowed(
      WindowedDefinition<E, ?, ?> view, Chain chain, Admission admission, long readAfter) {
    return new LeadingSteps<E, Object>(
        view.name(), chain, view.rowCoder(), new Entrance.Windowed(admission, readAfter));
  }

  /** Returns the full names of the steps within the view's transform, in their order. */
  public List<String> nodes() {
    return nodes;
  }

  @Override
  public Coder<EpochEvent<X>> coder() {
    return coder;
  }

  @Override
  public void startBundle() {
    outputs = new ArrayList<>();
    timestamps = new ArrayList<>();
    super.startBundle();
  }

  /** The epoch and the time stand for the window, which is assigned again from them. */
  @Override
  @SuppressWarnings("unchecked") // the outputs of the last step
  void add(Object value, Instant timestamp, BoundedWindow window) {
    if (value == null) {
      requireNullable();
    }
    outputs.add(
        window instanceof EpochWindow epochWindow
            ? new EpochEvent<>(epochWindow.epoch(), epochWindow.start().getMillis(), (X) value)
            : new EpochEvent<>(0, timestamp.getMillis(), (X) value));
    timestamps.add(timestamp);
  }

  private void requireNullable() {
    try {
      CoderUtils.encodeToByteArray(coder, new EpochEvent<>(0, 0, null));
    } catch (CoderException | RuntimeException e) {
      throw new StepException(lastStep(), e);
    }
  }

  @Override
  void keep() {
    for (int i = 0; i < outputs.size(); i++) { // for each event: no iterator
      output().accept(outputs.get(i), timestamps.get(i));
    }
    forget();
  }

  @Override
  void forget() {
    outputs.clear();
    timestamps.clear();
  }

  @Override
  public void finishBatch() {}
}
