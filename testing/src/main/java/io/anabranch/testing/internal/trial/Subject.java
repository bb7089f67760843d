/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.internal.trial;

import io.anabranch.api.definition.LoadedApplication;
import io.anabranch.api.definition.ViewDefinition;
import java.util.List;
import java.util.function.Supplier;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.values.TimestampedValue;

/**
 * What is tried.
 *
 * @param application of the one view
 * @param view the view, over events that carry their time
 * @param events all that scripts may use
 * @param combines whether it says how several values of a row become one
 * @param options makes the options of a runner that runs in this process
 * @param within the relative difference of numbers that does not count, 0 to 1
 */
record Subject<E, K, V, A, O>(
    LoadedApplication<TimestampedValue<E>> application,
    ViewDefinition<TimestampedValue<E>, K, V, A, O> view,
    List<TimestampedValue<E>> events,
    boolean combines,
    Supplier<PipelineOptions> options,
    double within) {

  Coder<TimestampedValue<E>> coder() {
    return application.events().coder();
  }
}
