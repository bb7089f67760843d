/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingTest {
  private static final Setting PATH =
      Setting.of("path", Setting.Type.PATH, "the folder, for instance data/log").asRequired();
  private static final Setting GRACE =
      Setting.of("grace", Setting.Type.DURATION, "how long").withDefault("10s").between("0s", "1d");
  private static final Setting SIZE =
      Setting.of("size", Setting.Type.BYTES, "how much").between("1KiB", "1MiB");

  private static List<SettingProblem> problems(Map<String, String> values) {
    return Setting.problems(List.of(PATH, GRACE, SIZE), new Settings(values));
  }

  @Test
  void findsNothingWrongWithWhatIsAllowed() {
    assertThat(problems(Map.of("path", "data", "grace", "1d", "size", "1KiB")), empty());
    assertThat(problems(Map.of("path", "data", "unknown", "x")), empty());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "grace | 2d  | grace is \"2d\": it must be from 0s to 1d",
        "grace | 5   | grace is \"5\": it is not a duration; write for instance 500ms, 1s, 5m, 1h or 7d",
        "size  | 1B  | size is \"1B\": it must be from 1KiB to 1MiB",
        "size  | 999999999999GiB | size is \"999999999999GiB\": it must be from 1KiB to 1MiB",
      })
  void saysValueAndWhatIsAllowed(String name, String value, String problem) {
    assertThat(
        problems(Map.of("path", "data", name, value)), contains(new SettingProblem(name, problem)));
  }

  @Test
  void saysWhatIsMissing() {
    SettingProblem missing =
        new SettingProblem("path", "path is missing: write the folder, for instance data/log");

    assertThat(problems(Map.of()), contains(missing));
    assertThat(problems(Map.of("path", "  ")), contains(missing));
  }

  @Test
  void defaultStandsForWhatIsAbsent() {
    assertThat(GRACE.in(new Settings(Map.of())), is(Optional.of("10s")));
    assertThat(GRACE.in(new Settings(Map.of("grace", "1s"))), is(Optional.of("1s")));
    assertThat(SIZE.in(new Settings(Map.of())), is(Optional.empty()));
  }

  @Test
  void secretSaysSoByItsName() {
    Setting token = Setting.of("pin", Setting.Type.TEXT, "the pin");

    Exception refused = assertThrows(IllegalArgumentException.class, token::asSecret);

    assertThat(refused.getMessage(), containsString("\"pin\""));
    assertThat(Setting.of("userPassword", Setting.Type.TEXT, "it").asSecret().secret(), is(true));
  }
}
