/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.beam.sdk.util.SerializableUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

  @ParameterizedTest
  @CsvSource({
    "500ms, PT0.5S",
    "1s, PT1S",
    "5m, PT5M",
    "1h, PT1H",
    "7d, PT168H",
    "0s, PT0S",
    "1H, PT1H",
    "' 1h ', PT1H",
    "007s, PT7S",
    "PT1H30M, PT1H30M",
    "pt0.25s, PT0.25S",
    "P1D, PT24H",
    "999999999999d, PT23999999999976H"
  })
  void durationsAreRead(String text, Duration duration) {
    assertThat(Settings.parseDuration(text), is(duration));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "1",
        "s",
        "1.5s",
        "-1s",
        "1 s",
        "1w",
        "1s2",
        "1h30m",
        "ms",
        "1000000000000s",
        "\u0661s",
        "P"
      })
  void whatIsNoDurationIsRefusedAndTheRightFormShown(String text) {
    IllegalArgumentException problem =
        assertThrows(IllegalArgumentException.class, () -> Settings.parseDuration(text));

    assertThat(
        problem.getMessage(),
        is("\"" + text + "\" is not a duration; write for instance 500ms, 1s, 5m, 1h or 7d"));
  }

  @ParameterizedTest
  @CsvSource({
    "0B, 0, 0B",
    "512B, 512, 512B",
    "64KiB, 65536, 64KiB",
    " 1mib , 1048576, 1MiB",
    "1024KiB, 1048576, 1MiB",
    "3GiB, 3221225472, 3GiB",
    "1025B, 1025, 1025B"
  })
  void bytesAreReadAndWritten(String text, long bytes, String written) {
    assertThat(Settings.parseBytes(text), is(bytes));
    assertThat(Settings.formatBytes(bytes), is(written));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "1MB", "1M", "1.5MiB", "-1B", "1 MiB", "MiB", "1KiBs"})
  void refusesWhatIsNoNumberOfBytesAndShowsTheRightForm(String text) {
    IllegalArgumentException problem =
        assertThrows(IllegalArgumentException.class, () -> Settings.parseBytes(text));

    assertThat(
        problem.getMessage(),
        is("\"" + text + "\" is not a number of bytes; write for instance 512B, 64KiB or 1MiB"));
  }

  @Test
  void settingsKeepTheirOrderAndAreACopy() {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("z", "1");
    values.put("a", "2");
    Settings settings = new Settings(values);

    values.clear();

    assertThat(settings.values().keySet(), contains("z", "a"));
    assertThat(settings.get("a"), is(Optional.of("2")));
    assertThat(settings.get("b"), is(Optional.empty()));
  }

  @Test
  void travelsToWorkers() {
    Settings settings = new Settings(Map.of("url", "jdbc:sqlite:x.db"));

    assertThat(SerializableUtils.clone(settings), is(settings));
  }
}
