/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import io.anabranch.api.spi.Setting;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.log.EventLog;
import io.anabranch.api.spi.log.EventLogProvider;
import java.nio.file.Files;
import java.time.Clock;
import java.util.List;

/**
 * Opens embedded logs: {@code log: { kind: files, path: data/log, epoch: 1h, grace: 10s }}.
 *
 * <p>Settings: those of {@link #settings}. Workers must see the folder under the same path.
 */
public final class FilesLogProvider implements EventLogProvider {

  /** For {@link java.util.ServiceLoader}. */
  public FilesLogProvider() {}

  @Override
  public String kind() {
    return "files";
  }

  @Override
  public List<Setting> settings() {
    return LogSettings.ALL;
  }

  @Override
  public boolean exists(Settings settings) {
    return Files.exists(LogSettings.of(settings).path().resolve(LogIdentity.FILE));
  }

  @Override
  public EventLog open(Settings settings) {
    return LogOpener.open(LogSettings.of(settings), Clock.systemUTC());
  }
}
