/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.session;

import io.anabranch.api.UserException;
import io.anabranch.api.definition.LoadedApplication;
import io.anabranch.api.spi.log.EventLog;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.config.Configuration;
import io.anabranch.config.Promotions;
import io.anabranch.wiring.RunContext;
import java.util.List;
import java.util.function.Supplier;
import org.apache.beam.sdk.options.PipelineOptions;

/** What runs of a command have in common: application, log and store of a configuration, open. */
public final class RunSession implements AutoCloseable {
  private final Configuration configuration;
  private final EventLog log;
  private final ViewStore store;
  private final RunContext<?> context;

  private RunSession(
      Configuration configuration, EventLog log, ViewStore store, RunContext<?> context) {
    this.configuration = configuration;
    this.log = log;
    this.store = store;
    this.context = context;
  }

  /** Opens log and store, and makes them if there are none. */
  public static RunSession open(Configuration configuration, Supplier<PipelineOptions> options) {
    LoadedApplication<?> application = LoadedApplication.load(configuration.application());
    EventLog log = Connections.log(configuration);
    try {
      return of(configuration, application, log, Connections.store(configuration), options);
    } catch (RuntimeException e) {
      log.close();
      throw e;
    }
  }

  /** Opens a store that is there, for what runs no pipeline. */
  public static RunSession existing(Configuration configuration) {
    return existing(configuration, new RunnerOptions().of(configuration, List.of()));
  }

  /** Opens a store that is there. */
  public static RunSession existing(
      Configuration configuration, Supplier<PipelineOptions> options) {
    LoadedApplication<?> application = LoadedApplication.load(configuration.application());
    ViewStore store = Connections.existingStore(configuration);
    try {
      return of(configuration, application, Connections.log(configuration), store, options);
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  private static RunSession of(
      Configuration configuration,
      LoadedApplication<?> application,
      EventLog log,
      ViewStore store,
      Supplier<PipelineOptions> options) {
    RunContext<?> context =
        new RunContext<>(
            application,
            log,
            store,
            configuration.store(),
            configuration.speedRefresh(),
            options,
            configuration.mostFailedEvents());
    RunSession session = new RunSession(configuration, log, store, context);
    session.promotions(); // so that a view that there is not is refused by every command
    return session;
  }

  /** Returns what runs need. */
  public RunContext<?> context() {
    return context;
  }

  /**
   * Returns how far candidates may be from the live version.
   *
   * @throws UserException if the configuration names a view that there is not
   */
  public Promotions promotions() {
    Promotions promotions = configuration.promotions();
    promotions.views().keySet().forEach(context.application()::view);
    return promotions;
  }

  @Override
  public void close() {
    store.close();
    log.close();
  }
}
