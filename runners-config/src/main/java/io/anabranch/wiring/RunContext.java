/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import io.anabranch.api.ViewDefinition;
import io.anabranch.api.spi.EventLog;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.ViewRef;
import io.anabranch.api.spi.ViewStore;
import java.time.Duration;
import org.apache.beam.sdk.options.PipelineOptions;

/**
 * What a run needs.
 *
 * @param application the views to compute
 * @param log where the records are
 * @param store where the rows go, as this process has it open
 * @param storeSettings how workers open the same store
 * @param refresh how long a change may wait before an unbounded run stores it
 * @param options the runner and its options
 * @param <E> the author's event
 */
public record RunContext<E>(
    LoadedApplication<E> application,
    EventLog log,
    ViewStore store,
    Settings storeSettings,
    Duration refresh,
    PipelineOptions options) {

  ViewRef ref(ViewDefinition<E, ?, ?, ?, ?> view) {
    return new ViewRef(view.name(), view.fingerprint(), log.id(), log.epochs().length());
  }
}
