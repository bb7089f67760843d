/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What runs the pipelines. {@link #toString} shows no secrets.
 *
 * @param profile a profile, or a Beam runner by its own name; whether there is one is not checked
 *     here
 * @param options pipeline options by name, in the order of the file
 */
public record RunnerSettings(String profile, Map<String, String> options) {

  /** Copies the options and keeps their order. */
  public RunnerSettings {
    options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
  }

  @Override
  public String toString() {
    return "RunnerSettings[profile=%s, options=%s]".formatted(profile, Secrets.hidden(options));
  }
}
