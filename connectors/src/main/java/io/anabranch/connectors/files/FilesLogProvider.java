/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.log.EventLog;
import io.anabranch.api.spi.log.EventLogProvider;
import java.nio.file.Files;
import java.time.Clock;
import java.util.List;
import java.util.Set;

/**
 * Opens embedded logs: {@code log: { kind: files, path: data/log, epoch: 1h, grace: 10s }}.
 *
 * <p>Settings: {@code path}, the folder, made on first use; workers must see it under the same
 * path. {@code epoch}, the length of an epoch, default 1 h or that of the log, 1 s or longer; it
 * cannot change later. {@code grace}, how long after its end an epoch closes by itself, default 10
 * s. {@code maxRecord}, how many bytes a record may have that is appended, default 1 MiB.
 */
public final class FilesLogProvider implements EventLogProvider {

  /** For {@link java.util.ServiceLoader}. */
  public FilesLogProvider() {}

  @Override
  public String kind() {
    return "files";
  }

  @Override
  public Set<String> settings() {
    return LogSettings.NAMES;
  }

  @Override
  public List<String> check(Settings settings) {
    return LogSettings.check(settings);
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
