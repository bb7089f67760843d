/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import io.anabranch.api.Epochs;
import io.anabranch.api.spi.log.LogException;
import io.anabranch.api.spi.log.LogException.Code;
import io.anabranch.connectors.files.folder.ClosedEpochs;
import io.anabranch.connectors.files.folder.DurableFiles;
import io.anabranch.connectors.files.folder.LogFolder;
import io.anabranch.connectors.files.folder.LogLock;
import io.anabranch.connectors.input.Problems;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** Opens the folder of a log, making it on first use. */
final class LogOpener {
  private static final Duration STAGING_KEPT = Duration.ofDays(1);
  private static final List<String> OWN_NAMES =
      List.of("lock", "staging", "epochs", ClosedEpochs.FILE);

  private final LogSettings settings;
  private final Clock clock;
  private final Path path;

  private LogOpener(LogSettings settings, Clock clock) {
    this.settings = settings;
    this.clock = clock;
    this.path = settings.path().toAbsolutePath().normalize();
  }

  /**
   * Opens a log.
   *
   * @throws LogException if it cannot be opened
   */
  static FilesLog open(LogSettings settings, Clock clock) {
    LogOpener opener = new LogOpener(settings, clock);
    try {
      return opener.open();
    } catch (IOException e) {
      throw new LogException(
          Code.INACCESSIBLE,
          "no log can be opened in " + settings.path() + ": " + Problems.describe(e),
          e);
    }
  }

  private FilesLog open() throws IOException {
    if (!Files.exists(path.resolve(LogIdentity.FILE))) {
      create();
    }
    LogIdentity identity = LogIdentity.read(path);
    checkEpoch(identity.epochs().length());
    LogFolder folder =
        new LogFolder(path, identity.epochs(), settings.grace(), settings.maxClockJump(), clock);
    removeOldStaging(folder.staging());
    return new FilesLog(identity.id(), folder, settings.maxRecord());
  }

  private void create() throws IOException {
    if (Files.isDirectory(path)) {
      checkEmpty(path, OWN_NAMES);
    }
    Files.createDirectories(path);
    LogLock.hold(
        path.resolve("lock"),
        () -> {
          if (!Files.exists(path.resolve(LogIdentity.FILE))) { // nobody else was quicker
            Path epochs = Files.createDirectories(path.resolve("epochs"));
            checkEmpty(epochs, List.of());
            Path staging = Files.createDirectories(path.resolve("staging"));
            ClosedEpochs.create(path);
            Duration length = settings.epoch().orElse(LogSettings.DEFAULT_EPOCH);
            byte[] identity = LogIdentity.create(new Epochs(length)).toBytes();
            DurableFiles.replace(staging, path.resolve(LogIdentity.FILE), identity);
          }
          return null;
        });
  }

  private void checkEmpty(Path folder, List<String> allowed) throws IOException {
    try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
      for (Path child : children) {
        String name = child.getFileName().toString();
        if (!allowed.contains(name) && !name.startsWith(".") && !name.equals(LogIdentity.FILE)) {
          throw LogException.of(
              Code.NOT_A_LOG,
              "%s has no file %s but holds %s: it is no log",
              settings.path(),
              LogIdentity.FILE,
              child);
        }
      }
    }
  }

  private void checkEpoch(Duration stored) {
    Duration configured = settings.epoch().orElse(stored);
    if (!configured.equals(stored)) {
      throw LogException.of(
          Code.OTHER_EPOCH_LENGTH,
          "the log in %s was made with epochs of %s, which cannot change, and %s is configured",
          settings.path(),
          stored,
          configured);
    }
  }

  /** Removes what processes that crashed have left; files that nobody locks only when old. */
  private void removeOldStaging(Path staging) {
    FileTime oldest = FileTime.from(clock.instant().minus(STAGING_KEPT));
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(staging, file -> !StagedFile.isNamedSo(file))) {
      StagedFile.removeAbandoned(staging);
      for (Path file : files) {
        if (Files.getLastModifiedTime(file).compareTo(oldest) < 0) {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException | RuntimeException e) {
      // it costs nothing but space, and the next one who may remove it will
    }
  }
}
