/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.session;

import io.anabranch.api.UserException;
import io.anabranch.api.spi.log.AppendableLog;
import io.anabranch.api.spi.log.EventLog;
import io.anabranch.api.spi.log.EventLogProvider;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.api.spi.store.ViewStores;
import io.anabranch.catalog.document.ViewCatalog;
import io.anabranch.catalog.document.ViewRef;
import io.anabranch.catalog.transition.Compatibility;
import io.anabranch.config.Configuration;
import io.anabranch.config.Providers;
import java.util.Optional;

/** Opens what a configuration names. */
public final class Connections {
  private Connections() {}

  /** Opens the log of a configuration. */
  public static EventLog log(Configuration configuration) {
    return Providers.installed()
        .log(configuration.logKind())
        .orElseThrow()
        .open(configuration.log());
  }

  /** Opens the log for looking at it, if there is one. */
  public static Optional<EventLog> existingLog(Configuration configuration) {
    EventLogProvider provider = Providers.installed().log(configuration.logKind()).orElseThrow();
    return provider.exists(configuration.log())
        ? Optional.of(provider.open(configuration.log()))
        : Optional.empty();
  }

  /** Fails if the rows of a view are made from another log than this. */
  public static void requireLogOf(ViewCatalog view, EventLog log) {
    view.described()
        .ifPresent(
            version ->
                Compatibility.requireLog(
                    version,
                    new ViewRef(
                        view.view(),
                        version.view().fingerprint(),
                        log.id(),
                        log.epochs().length())));
  }

  /** Opens the log of a configuration if it can be appended to. */
  public static AppendableLog appendableLog(Configuration configuration) {
    EventLog log = log(configuration);
    if (log instanceof AppendableLog appendable) {
      return appendable;
    }
    log.close();
    throw new UserException(
        "a log of kind \"%s\" is written and closed by its own tools: this command is for embedded logs"
            .formatted(configuration.logKind()));
  }

  static ViewStore store(Configuration configuration) {
    return ViewStores.open(configuration.store());
  }

  /** Opens the store for reading, and makes none if there is none. */
  public static ViewStore existingStore(Configuration configuration) {
    if (!ViewStores.exists(configuration.store())) {
      throw new UserException(
          "there is no store at %s yet: compute the views first, with \"anabranch run\""
              .formatted(configuration.store().get("url").orElse("store.url")));
    }
    return store(configuration);
  }
}
