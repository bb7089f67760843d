/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.epoch;

import java.util.Collection;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.windowing.IncompatibleWindowException;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.NonMergingWindowFn;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.transforms.windowing.WindowMappingFn;

/**
 * Leaves each element in the interval that it is in, whichever windows made it; they merge no more.
 *
 * <p>Input: elements in windows of intervals; another window is a fault of the program.
 *
 * @param <T> the element
 */
public final class RowWindows<T> extends NonMergingWindowFn<T, IntervalWindow> {
  private static final long serialVersionUID = 1L;

  @Override
  public Collection<IntervalWindow> assignWindows(AssignContext context) {
    IntervalWindow window = (IntervalWindow) context.window();
    return List.of(new IntervalWindow(window.start(), window.end()));
  }

  @Override
  public Coder<IntervalWindow> windowCoder() {
    return IntervalWindow.getCoder();
  }

  @Override
  public boolean assignsToOneWindow() {
    return true;
  }

  @Override
  @SuppressWarnings("deprecation") // Beam calls it still
  public boolean isCompatible(WindowFn<?, ?> other) {
    return equals(other);
  }

  @Override
  public void verifyCompatibility(WindowFn<?, ?> other) throws IncompatibleWindowException {
    if (!isCompatible(other)) {
      throw new IncompatibleWindowException(other, "rows keep the windows that they have");
    }
  }

  @Override
  public WindowMappingFn<IntervalWindow> getDefaultWindowMappingFn() {
    throw new UnsupportedOperationException("rows are no side input");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RowWindows;
  }

  @Override
  public int hashCode() {
    return RowWindows.class.hashCode();
  }
}
