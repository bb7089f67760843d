/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.print;

import io.anabranch.api.Provenance;
import io.anabranch.api.Provenance.Gap;
import io.anabranch.api.Provenance.Through;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Turns values of answers into what JSON and tables can show. */
public final class Values {
  private static final double MILLIS_PER_SECOND = 1_000;
  private static final long SECONDS_PER_MINUTE = 60;
  private static final long MINUTES_PER_HOUR = 60;
  private static final long HOURS_PER_DAY = 24;

  private Values() {}

  /**
   * Numbers, booleans, texts, collections and maps stay as they are, and so does null; a public
   * record becomes a map of its components, an optional value what it holds or null, bytes their
   * Base64, anything else its text.
   */
  public static Object printable(Object value) {
    if (value instanceof Number || value instanceof Boolean || value instanceof String) {
      return value;
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> printable = new LinkedHashMap<>();
      map.forEach((key, each) -> printable.put(String.valueOf(key), printable(each)));
      return printable;
    }
    if (value instanceof Record row && Modifier.isPublic(row.getClass().getModifiers())) {
      Map<String, Object> printable = new LinkedHashMap<>();
      for (RecordComponent component : row.getClass().getRecordComponents()) {
        printable.put(component.getName(), printable(component(row, component)));
      }
      return printable;
    }
    if (value instanceof byte[] bytes) {
      return Base64.getEncoder().encodeToString(bytes);
    }
    if (value instanceof Optional<?> optional) {
      return printable(optional.orElse(null));
    }
    if (value instanceof Collection<?> values) {
      return values.stream().map(Values::printable).toList();
    }
    if (value instanceof Object[] values) {
      return Arrays.stream(values).map(Values::printable).toList();
    }
    return value == null ? null : String.valueOf(value);
  }

  private static Object component(Record row, RecordComponent component) {
    try {
      return component.getAccessor().invoke(row);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns a provenance as JSON has it. */
  public static Map<String, Object> provenance(Provenance provenance) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("view", provenance.view());
    object.put("architecture", provenance.architecture().word());
    provenance.batchVersion().ifPresent(version -> object.put("batchVersion", version));
    provenance.speedVersion().ifPresent(version -> object.put("speedVersion", version));
    provenance.batchThrough().ifPresent(through -> object.put("batchThrough", through(through)));
    provenance.speedThrough().ifPresent(through -> object.put("speedThrough", through(through)));
    provenance.updated().ifPresent(time -> object.put("updated", time.toString()));
    provenance
        .freshness()
        .ifPresent(age -> object.put("freshnessSeconds", age.toMillis() / MILLIS_PER_SECOND));
    object.put("gaps", provenance.gaps().stream().map(Values::gap).toList());
    object.put("deadLetters", provenance.deadLetters());
    object.put("lateEvents", provenance.lateEvents());
    return object;
  }

  private static Map<String, Object> gap(Gap gap) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("firstEpoch", gap.first());
    object.put("lastEpoch", gap.last());
    object.put("start", gap.start().toString());
    object.put("end", gap.end().toString());
    return object;
  }

  /** A duration for people, in its largest unit. */
  public static String age(Duration age) {
    long seconds = Math.max(0, age.toSeconds());
    if (seconds < 2 * SECONDS_PER_MINUTE) {
      return seconds + " s";
    }
    long minutes = seconds / SECONDS_PER_MINUTE;
    if (minutes < 2 * MINUTES_PER_HOUR) {
      return minutes + " min";
    }
    long hours = minutes / MINUTES_PER_HOUR;
    return hours < 2 * HOURS_PER_DAY ? hours + " h" : hours / HOURS_PER_DAY + " days";
  }

  private static Map<String, Object> through(Through through) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("epoch", through.epoch());
    object.put("time", through.time().toString());
    return object;
  }
}
