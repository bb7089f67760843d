/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.config;

import io.anabranch.api.UserException;
import io.anabranch.api.spi.Setting;
import io.anabranch.api.spi.SettingProblem;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.log.EventLogProvider;
import io.anabranch.api.spi.store.ViewStoreProvider;
import io.anabranch.config.Node.Section;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** Checks the settings of the event log and the view store with their providers. */
final class ConnectorChecks {
  private final Lookup lookup;
  private final Providers providers;
  private final Problems problems;
  private final String base;

  /**
   * Checks connectors.
   *
   * @param base the folder that relative paths begin in
   */
  ConnectorChecks(Lookup lookup, Providers providers, Problems problems, String base) {
    this.lookup = lookup;
    this.providers = providers;
    this.problems = problems;
    this.base = base;
  }

  /** Returns all settings but the kind. */
  Settings log(Section section, Optional<String> kind) {
    Optional<EventLogProvider> provider = kind.flatMap(providers::log);
    if (kind.isPresent() && provider.isEmpty()) {
      List<String> kinds = providers.logs().stream().map(EventLogProvider::kind).sorted().toList();
      problems.add(
          lookup.place(section, Key.LOG_KIND.leaf()),
          "\"log.kind\" is \"%s\": %s".formatted(kind.get(), Words.allowed(kind.get(), kinds)));
    }
    Section settings = Section.empty();
    settings.entries().putAll(section.entries());
    settings.entries().remove(Key.LOG_KIND.leaf());
    return settings(
        "log.",
        settings,
        Key.LOG_KIND.leaf(),
        provider.map(EventLogProvider::settings),
        checked -> provider.map(found -> found.check(checked)).orElse(List.of()));
  }

  /** Returns all settings, the URL among them. */
  Settings store(Section section) {
    Optional<String> url = lookup.text(section, Key.STORE_URL);
    Optional<ViewStoreProvider> provider = url.flatMap(providers::store);
    if (url.isPresent() && provider.isEmpty()) {
      List<String> schemes =
          providers.stores().stream().map(ViewStoreProvider::scheme).sorted().toList();
      problems.add(
          lookup.place(section, Key.STORE_URL.leaf()),
          "\"store.url\" is \"%s\": it must begin with one of %s"
              .formatted(Secrets.hidden("", url.get()), Words.listed(schemes)));
    }
    return settings(
        "store.",
        section,
        Key.STORE_URL.leaf(),
        provider.map(ViewStoreProvider::settings),
        checked -> provider.map(found -> found.check(checked)).orElse(List.of()));
  }

  /** Without a provider nothing is known of the settings but that they are text. */
  private Settings settings(
      String prefix,
      Section section,
      String key,
      Optional<List<Setting>> described,
      Function<Settings, List<SettingProblem>> check) {
    Optional<Set<String>> known = described.map(settings -> names(settings, key));
    known.ifPresent(names -> lookup.refuseUnknown(section, prefix, names));
    Map<String, String> values = new LinkedHashMap<>();
    Set<String> wrong = new HashSet<>();
    section
        .entries()
        .forEach(
            (name, entry) -> {
              if (known.isPresent() && !known.get().contains(name)) {
                return;
              }
              lookup
                  .scalar(prefix + name, entry, Lookup.SCALAR)
                  .ifPresentOrElse(text -> values.put(name, text), () -> wrong.add(name));
            });
    Settings settings = new Settings(values, base);
    described.ifPresent(
        all ->
            report(
                prefix,
                section,
                wrong,
                settings,
                () -> concat(Setting.problems(all, settings), check.apply(settings))));
    return settings;
  }

  /** A setting that is no text was reported already; its provider only finds it missing. */
  private void report(
      String prefix,
      Section section,
      Set<String> wrong,
      Settings settings,
      Supplier<List<SettingProblem>> check) {
    try {
      for (SettingProblem problem : check.get()) {
        if (!wrong.contains(problem.setting())) {
          problems.add(
              lookup.place(section, problem.setting()),
              prefix + Secrets.hiddenIn(problem.text(), settings));
        }
      }
    } catch (IllegalArgumentException | UserException e) {
      String problem = Secrets.hiddenIn(String.valueOf(e.getMessage()), settings);
      problems.add(Place.NOWHERE, prefix.replace(".", ": ") + problem);
    }
  }

  private static Set<String> names(List<Setting> settings, String another) {
    Set<String> all = new HashSet<>();
    settings.forEach(setting -> all.add(setting.name()));
    all.add(another);
    return all;
  }

  private static <T> List<T> concat(List<T> first, List<T> second) {
    List<T> all = new ArrayList<>(first);
    all.addAll(second);
    return all;
  }
}
