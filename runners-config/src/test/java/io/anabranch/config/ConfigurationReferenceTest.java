/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.config;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.anEmptyMap;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.anabranch.api.spi.Setting;
import io.anabranch.api.spi.log.EventLogProvider;
import io.anabranch.api.spi.store.ViewStoreProvider;
import io.anabranch.contracts.store.SharedStoreProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds {@code docs/configuration.md} to the code. */
class ConfigurationReferenceTest {
  private static final Path REFERENCE = Path.of("..", "docs", "configuration.md");
  private static final Pattern HEADING = Pattern.compile("## (.*)");
  private static final Pattern ROW =
      Pattern.compile("\\| `([^`]+)` \\| (.+) \\| (.+) \\| (.+) \\| `(.+)` \\|");
  private static final Pattern YAML = Pattern.compile("(?s)```yaml\n(.*?)```");

  @TempDir Path directory;

  /** A row of a table. */
  private record Row(String key, String type, String byDefault, String effect, String example) {
    /** What is the same for each key, whatever it does. */
    List<String> head() {
      return List.of(key, byDefault, example);
    }
  }

  @Test
  void everyKeyOfTheCodeIsInTheReferenceAndTheReverse() throws IOException {
    Set<List<String>> inCode =
        Arrays.stream(Key.values())
            .map(
                key ->
                    List.of(
                        key.path(),
                        key.otherwise().map(text -> "`" + text + "`").orElse("required"),
                        key.example()))
            .collect(Collectors.toSet());

    Set<List<String>> inReference =
        rows().get("Keys of every configuration").stream()
            .map(Row::head)
            .collect(Collectors.toSet());

    assertThat(inReference, is(inCode));
  }

  @Test
  void everySettingOfAnInstalledConnectorIsInTheReferenceAndTheReverse() throws IOException {
    Providers installed = Providers.installed();
    assumeFalse(installed.logs().isEmpty(), "no connector is on the class path");
    Map<String, Set<String>> inCode = new TreeMap<>();
    for (EventLogProvider log : installed.logs()) {
      inCode.put("Event log: `" + log.kind() + "`", prefixed("log.", log.settings()));
    }
    for (ViewStoreProvider store : installed.stores()) {
      if (store instanceof SharedStoreProvider) {
        continue; // for tests
      }
      inCode.put("View store: `" + store.scheme() + "`", prefixed("store.", store.settings()));
    }

    Map<String, Set<String>> inReference = new TreeMap<>();
    rows()
        .forEach(
            (heading, rows) ->
                inReference.put(
                    heading,
                    rows.stream().map(Row::key).collect(Collectors.toCollection(TreeSet::new))));
    inReference.remove("Keys of every configuration");

    assertThat(inReference, is(inCode));
  }

  @Test
  void theReferenceSaysOfASettingWhatItsDescriptorSays() throws IOException {
    for (EventLogProvider log : Providers.installed().logs()) {
      for (Setting setting : log.settings()) {
        requireDescribed("Event log: `" + log.kind() + "`", "log.", setting);
      }
    }
    for (ViewStoreProvider store : Providers.installed().stores()) {
      for (Setting setting : store.settings()) {
        requireDescribed("View store: `" + store.scheme() + "`", "store.", setting);
      }
    }
  }

  private static void requireDescribed(String heading, String prefix, Setting setting)
      throws IOException {
    String key = prefix + setting.name();
    Row row = rows().get(heading).stream().filter(each -> each.key().equals(key)).findFirst().get();
    String type = setting.type() == Setting.Type.BYTES ? "size" : word(setting.type());
    assertThat(
        key,
        row.type(),
        is(
            setting
                .range()
                .map(range -> "%s, `%s` to `%s`".formatted(type, range.least(), range.most()))
                .orElse(type)));
    assertThat(key, row.byDefault().equals("required"), is(setting.required()));
    setting
        .defaultValue()
        .ifPresent(text -> assertThat(key, row.byDefault(), is("`" + text + "`")));
    assertThat(
        row.effect().toLowerCase(Locale.ROOT),
        startsWith(setting.description().toLowerCase(Locale.ROOT)));
  }

  private static String word(Setting.Type type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  @Test
  void theExamplesOfTheReferenceLoad() throws IOException {
    List<String> examples =
        YAML.matcher(Files.readString(REFERENCE)).results().map(found -> found.group(1)).toList();

    assertThat(examples.size(), is(greaterThan(1)));
    for (String example : examples) {
      Configuration configuration = Loads.load(directory, example);
      assertThat(configuration.log().values(), is(not(anEmptyMap())));
    }
  }

  private static Map<String, List<Row>> rows() throws IOException {
    Map<String, List<Row>> rows = new TreeMap<>();
    for (String part : Files.readString(REFERENCE).split("(?m)^(?=## )", -1)) {
      List<Row> found =
          part.lines()
              .flatMap(line -> ROW.matcher(line).results())
              .map(
                  row ->
                      new Row(row.group(1), row.group(2), row.group(3), row.group(4), row.group(5)))
              .toList();
      if (!found.isEmpty()) {
        MatchResult heading = HEADING.matcher(part).results().findFirst().orElseThrow();
        rows.put(heading.group(1), found);
      }
    }
    return rows;
  }

  private static Set<String> prefixed(String prefix, List<Setting> settings) {
    return settings.stream()
        .map(setting -> prefix + setting.name())
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
