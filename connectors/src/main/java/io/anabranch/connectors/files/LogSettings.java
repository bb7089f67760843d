/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import io.anabranch.api.spi.Setting;
import io.anabranch.api.spi.Settings;
import io.anabranch.connectors.input.OpenInput;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The settings of an embedded log.
 *
 * @param path its folder
 * @param epoch the length of its epochs, if stated
 * @param grace how long after its end an epoch closes by itself
 * @param maxClockJump how long after the newest record the present time may be; if it is later, the
 *     clock may be wrong: no record is taken without a stated time, and no epoch closes by itself
 * @param maxRecord how many bytes a record may have that is appended
 */
record LogSettings(
    Path path, Optional<Duration> epoch, Duration grace, Duration maxClockJump, int maxRecord) {
  /** A log that is made without a stated length of epochs has epochs of an hour. */
  static final Duration DEFAULT_EPOCH = Duration.ofHours(1);

  private static final Setting PATH =
      Setting.of("path", Setting.Type.PATH, "the folder of the log, for instance data/log")
          .asRequired();
  private static final Setting EPOCH =
      Setting.of("epoch", Setting.Type.DURATION, "how long an epoch is").between("1s", "3660d");
  private static final Setting GRACE =
      Setting.of("grace", Setting.Type.DURATION, "how long after its end an epoch closes by itself")
          .withDefault("10s")
          .between("0s", "3660d");
  private static final Setting MAX_CLOCK_JUMP =
      Setting.of(
              "maxClockJump",
              Setting.Type.DURATION,
              "how long after the newest record the present time may be")
          .withDefault("30d")
          .between("1h", "3660d");

  private static final Setting MAX_RECORD =
      Setting.of("maxRecord", Setting.Type.BYTES, "how long a line may be that is ingested")
          .withDefault("1MiB")
          .between("1KiB", Settings.formatBytes(OpenInput.LONGEST_RECORD));

  static final List<Setting> ALL = List.of(PATH, EPOCH, GRACE, MAX_CLOCK_JUMP, MAX_RECORD);

  /**
   * Reads the settings.
   *
   * @throws io.anabranch.api.UserException with all problems
   */
  static LogSettings of(Settings settings) {
    Setting.require("log", Setting.problems(ALL, settings));
    return new LogSettings(
        settings.path(PATH.in(settings).orElseThrow()),
        EPOCH.in(settings).map(Settings::parseDuration),
        Settings.parseDuration(GRACE.in(settings).orElseThrow()),
        Settings.parseDuration(MAX_CLOCK_JUMP.in(settings).orElseThrow()),
        Math.toIntExact(Settings.parseBytes(MAX_RECORD.in(settings).orElseThrow())));
  }
}
