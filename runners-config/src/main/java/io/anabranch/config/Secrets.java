/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.config;

import io.anabranch.api.spi.Settings;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Keeps passwords out of messages: of keys that say so, and inside URLs. */
final class Secrets {
  private static final String HIDDEN = "***";

  /** {@code password=x}, also quoted, as in the parameters of a URL. */
  private static final Pattern PARAMETER =
      Pattern.compile(
          "(?i)((?:password|secret)[\\w.-]*\\s*=\\s*[\"']?)" + "((?<=\"|')[^\"']+|[^&;\\s\"']+)");

  /** {@code //user:x@host}. */
  private static final Pattern USER_INFO = Pattern.compile("(//[^/@:\\s]*:)([^/@\\s]+)(?=@)");

  private Secrets() {}

  static boolean isSecret(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.contains("password") || lower.contains("secret");
  }

  /** Returns the value of a key as it may be shown. */
  static String hidden(String name, String value) {
    return isSecret(name) ? HIDDEN : masked(value);
  }

  /** Returns settings as they may be shown. */
  static Map<String, String> hidden(Map<String, String> settings) {
    Map<String, String> shown = new LinkedHashMap<>();
    settings.forEach((name, value) -> shown.put(name, hidden(name, value)));
    return shown;
  }

  /** Returns a text about settings without any of their secrets. */
  static String hiddenIn(String text, Settings settings) {
    Set<String> secrets = new LinkedHashSet<>();
    settings
        .values()
        .forEach(
            (name, value) -> {
              if (isSecret(name)) {
                secrets.add(value);
              }
              secrets.addAll(found(PARAMETER, value));
              secrets.addAll(found(USER_INFO, value));
            });
    String shown = masked(text);
    for (String secret : secrets) {
      shown = secret.isBlank() ? shown : shown.replace(secret, HIDDEN);
    }
    return shown;
  }

  private static String masked(String text) {
    String parameters = PARAMETER.matcher(text).replaceAll("$1" + Matcher.quoteReplacement(HIDDEN));
    return USER_INFO.matcher(parameters).replaceAll("$1" + Matcher.quoteReplacement(HIDDEN));
  }

  private static Set<String> found(Pattern pattern, String text) {
    Set<String> values = new LinkedHashSet<>();
    pattern.matcher(text).results().forEach(match -> values.add(match.group(2)));
    return values;
  }
}
