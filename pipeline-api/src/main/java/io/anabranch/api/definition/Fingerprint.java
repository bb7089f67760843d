/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.definition;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.beam.sdk.coders.Coder;

/**
 * What the stored rows of a view depend on, by part ({@code bucket}, {@code key}, {@code combine},
 * ...), in a form that is stored as text and read by people.
 */
public record Fingerprint(Map<String, String> parts) {
  /** The part that an author raises by hand. */
  static final String REVISION = "revision";

  /** The part that the author of the event format raises by hand. */
  static final String EVENT_FORMAT = "event format";

  /** Keeps the order of the parts. */
  public Fingerprint {
    parts = Collections.unmodifiableMap(new LinkedHashMap<>(parts));
  }

  /** Reads what {@link #toString()} wrote. */
  public static Fingerprint parse(String text) {
    Map<String, String> parts = new LinkedHashMap<>();
    for (String line : text.split("\n", -1)) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        parts.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    return new Fingerprint(parts);
  }

  /**
   * Returns whether rows of both can be read by the code of either: nothing but the revisions of
   * the author's code and of the event format differs.
   */
  public boolean isReadableAs(Fingerprint other) {
    Map<String, String> mine = new TreeMap<>(parts);
    Map<String, String> others = new TreeMap<>(other.parts);
    mine.keySet().removeAll(List.of(REVISION, EVENT_FORMAT));
    others.keySet().removeAll(List.of(REVISION, EVENT_FORMAT));
    return mine.equals(others);
  }

  /** Returns one sentence for each part in which {@code now} differs, none if they are equal. */
  public List<String> changesTo(Fingerprint now) {
    List<String> changes = new ArrayList<>();
    TreeSet<String> names = new TreeSet<>(parts.keySet());
    names.addAll(now.parts.keySet());
    for (String name : names) {
      String before = parts.getOrDefault(name, "nothing");
      String after = now.parts.getOrDefault(name, "nothing");
      if (!before.equals(after)) {
        changes.add(name + " was " + before + " and is " + after);
      }
    }
    return changes;
  }

  /** Describes a coder by its class and its arguments. */
  static String describe(Coder<?> coder) {
    StringBuilder text = new StringBuilder(className(coder));
    if (!coder.getCoderArguments().isEmpty()) {
      text.append('(');
      String separator = "";
      for (Coder<?> argument : coder.getCoderArguments()) {
        text.append(separator).append(describe(argument));
        separator = ",";
      }
      text.append(')');
    }
    return text.toString();
  }

  /** A class name without the part that the compiler of lambdas makes up anew in every process. */
  static String className(Serializable object) {
    String name = object.getClass().getName();
    int lambda = name.indexOf("$$Lambda");
    return lambda < 0 ? name : name.substring(0, lambda) + "$$Lambda";
  }

  /** One {@code part=value} a line. */
  @Override
  public String toString() {
    return parts.entrySet().stream()
        .map(part -> part.getKey() + "=" + part.getValue())
        .collect(Collectors.joining("\n"));
  }
}
