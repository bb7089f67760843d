/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.matchesPattern;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.EventLog;
import io.anabranch.api.spi.LogSize;
import io.anabranch.api.spi.Reading;
import io.anabranch.api.spi.ViewStore;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

final class ProgressTest {
  private static final int LOG_BYTES = 4 << 20;

  private final StringWriter err = new StringWriter();

  @Test
  void runIsToldByTheSliceThatIsFurthestBehindAndMoreAndMoreSeldom() {
    List<Reading> readings = List.of(reading(3 << 20), reading(1 << 20));

    try (Progress progress = progress(Map.of("rowsWritten", 1_234L, "readings", readings))) {
      progress.running("replay", 7);
      for (int tick = 0; tick < 3; tick++) {
        progress.tick();
      }
      progress.done(7);
      progress.tick();
    }

    String line =
        "replay run 7: \\d s, 1,234 rows stored, \\[#####---------------\\] 25\\.0% of the log read,"
            + " 1\\.0 MiB/s, 3 s left";
    assertThat(
        err.toString().lines().toList(),
        contains(
            matchesPattern("replay run 7 started"), matchesPattern(line), matchesPattern(line)));
  }

  @Test
  void storeThatDoesNotAnswerIsTold() {
    try (Progress progress = progress(Map.of())) {
      progress.running("replay", 7);
      progress.tick();
    }

    assertThat(
        err.toString().lines().toList(),
        contains(
            matchesPattern("replay run 7 started"),
            matchesPattern("replay run 7: \\d s, the store does not answer")));
  }

  private Progress progress(Map<String, Object> answers) {
    ViewStore store =
        fake(
            ViewStore.class,
            (name, arguments) -> {
              if (answers.containsKey(name)) {
                return answers.get(name);
              }
              throw new UserException("locked");
            });
    EventLog log =
        fake(
            EventLog.class,
            (name, arguments) -> {
              boolean all = ((EpochRange) arguments[0]).through() == Long.MAX_VALUE;
              return new LogSize(all ? 4 : 0, all ? LOG_BYTES : 0);
            });
    return Progress.start(store, Optional.of(log), new PrintWriter(err, true));
  }

  private static <T> T fake(Class<T> type, BiFunction<String, Object[], Object> answers) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> answers.apply(method.getName(), arguments)));
  }

  private static Reading reading(long bytes) {
    Instant now = Instant.now();
    return new Reading(
        Epochs.NONE,
        2,
        bytes,
        100,
        now.minusSeconds(3_600),
        now,
        false,
        new Reading.Recent(2 << 20, now.minusSeconds(2)));
  }
}
