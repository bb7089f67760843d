/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import io.anabranch.api.Epochs;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.log.LogException;
import io.anabranch.api.spi.log.LogException.Code;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

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
  static final Set<String> NAMES = Set.of("path", "epoch", "grace", "maxClockJump", "maxRecord");
  static final Duration DEFAULT_EPOCH = Duration.ofHours(1);
  static final Duration DEFAULT_GRACE = Duration.ofSeconds(10);
  static final Duration DEFAULT_MAX_CLOCK_JUMP = Duration.ofDays(30);
  static final int DEFAULT_MAX_RECORD = 1 << 20;

  /** A record must fit into an array, several times into memory. */
  static final int LONGEST_RECORD = 256 << 20;

  private static final int SHORTEST_RECORD = 1 << 10;
  private static final Duration LONGEST = Duration.ofDays(3660);

  /**
   * Reads the settings.
   *
   * @throws LogException with all problems
   */
  static LogSettings of(Settings settings) {
    List<String> problems = check(settings);
    if (!problems.isEmpty()) {
      throw new LogException(Code.MISCONFIGURED, "log." + String.join("\nlog.", problems));
    }
    return new LogSettings(
        settings.path(settings.get("path").orElseThrow()),
        settings.get("epoch").map(Settings::parseDuration),
        settings.duration("grace", DEFAULT_GRACE),
        settings.duration("maxClockJump", DEFAULT_MAX_CLOCK_JUMP),
        settings
            .get("maxRecord")
            .map(text -> Math.toIntExact(Settings.parseBytes(text)))
            .orElse(DEFAULT_MAX_RECORD));
  }

  /** Returns one sentence for each problem. */
  static List<String> check(Settings settings) {
    List<String> problems = new ArrayList<>();
    String path = settings.get("path").orElse("");
    if (path.isBlank()) {
      problems.add("path is missing: it must name the folder of the log, for instance data/log");
    } else {
      attempt("path", path, problems, LogSettings::checkPath);
    }
    settings
        .get("epoch")
        .ifPresent(text -> attempt("epoch", text, problems, LogSettings::checkEpoch));
    settings
        .get("grace")
        .ifPresent(text -> attempt("grace", text, problems, LogSettings::checkGrace));
    settings
        .get("maxClockJump")
        .ifPresent(text -> attempt("maxClockJump", text, problems, LogSettings::checkJump));
    settings
        .get("maxRecord")
        .ifPresent(text -> attempt("maxRecord", text, problems, LogSettings::checkMaxRecord));
    return problems;
  }

  private static void checkPath(String text) {
    Objects.requireNonNull(Path.of(text));
  }

  private static void checkEpoch(String text) {
    Duration epoch = Settings.parseDuration(text);
    if (epoch.compareTo(LONGEST) > 0 || epoch.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException("it must be from 1s to " + LONGEST.toDays() + "d");
    }
    new Epochs(epoch);
  }

  private static void checkGrace(String text) {
    Duration grace = Settings.parseDuration(text);
    if (grace.compareTo(LONGEST) > 0 || grace.isNegative()) {
      throw new IllegalArgumentException("it must be from 0s to " + LONGEST.toDays() + "d");
    }
  }

  private static void checkJump(String text) {
    Duration jump = Settings.parseDuration(text);
    if (jump.compareTo(LONGEST) > 0 || jump.compareTo(Duration.ofHours(1)) < 0) {
      throw new IllegalArgumentException("it must be from 1h to " + LONGEST.toDays() + "d");
    }
  }

  private static void checkMaxRecord(String text) {
    long bytes = Settings.parseBytes(text);
    if (bytes < SHORTEST_RECORD || bytes > LONGEST_RECORD) {
      throw new IllegalArgumentException(
          "it must be from "
              + Settings.formatBytes(SHORTEST_RECORD)
              + " to "
              + Settings.formatBytes(LONGEST_RECORD));
    }
  }

  private static void attempt(
      String name, String text, List<String> problems, Consumer<String> check) {
    try {
      check.accept(text);
    } catch (IllegalArgumentException | ArithmeticException e) {
      problems.add(name + " is \"" + text + "\": " + e.getMessage());
    }
  }
}
