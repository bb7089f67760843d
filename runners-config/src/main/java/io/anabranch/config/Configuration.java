/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.config;

import io.anabranch.api.Architecture;
import io.anabranch.api.spi.Settings;
import java.time.Duration;
import java.util.OptionalInt;

/**
 * A configuration without known problems. {@link #toString} shows no secrets; {@code
 * Settings.toString} does.
 *
 * @param application the class name of the application
 * @param architecture how the layers are divided
 * @param runner what runs the pipelines
 * @param logKind the kind of event log, for {@link Providers#log}
 * @param log the settings of the event log, without {@code kind}
 * @param store the settings of the view store, with {@code url}, for {@link Providers#store}
 * @param speedRefresh how often the speed layer and Kappa write rows of an epoch that is not over
 * @param promotions how far a candidate of Kappa may be from the live version, to be promoted
 * @param mostFailedEvents on how many events of a run steps of views may throw, empty if the first
 *     one ends the run
 */
public record Configuration(
    String application,
    Architecture architecture,
    RunnerSettings runner,
    String logKind,
    Settings log,
    Settings store,
    Duration speedRefresh,
    Promotions promotions,
    OptionalInt mostFailedEvents) {

  @Override
  public String toString() {
    return "Configuration[application=%s, architecture=%s, runner=%s, logKind=%s, log=%s, store=%s, speedRefresh=%s, promotions=%s, mostFailedEvents=%s]"
        .formatted(
            application,
            architecture.word(),
            runner,
            logKind,
            Secrets.hidden(log.values()),
            Secrets.hidden(store.values()),
            speedRefresh,
            promotions,
            mostFailedEvents);
  }
}
