/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli;

import io.anabranch.api.Provenance;
import io.anabranch.api.Provenance.Through;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Turns values of answers into what JSON and tables can show. */
final class Values {
  private Values() {}

  /** Numbers, booleans, texts, lists and maps stay as they are; anything else becomes its text. */
  static Object printable(Object value) {
    if (value instanceof Number || value instanceof Boolean || value instanceof String) {
      return value;
    }
    if (value instanceof List<?> list) {
      return list.stream().map(Values::printable).toList();
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> printable = new LinkedHashMap<>();
      map.forEach((key, each) -> printable.put(String.valueOf(key), printable(each)));
      return printable;
    }
    return String.valueOf(value);
  }

  static Map<String, Object> provenance(Provenance provenance) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("view", provenance.view());
    object.put("architecture", provenance.architecture().word());
    provenance.batchVersion().ifPresent(version -> object.put("batchVersion", version));
    provenance.speedVersion().ifPresent(version -> object.put("speedVersion", version));
    provenance.batchThrough().ifPresent(through -> object.put("batchThrough", through(through)));
    provenance.speedThrough().ifPresent(through -> object.put("speedThrough", through(through)));
    object.put("deadLetters", provenance.deadLetters());
    return object;
  }

  private static Map<String, Object> through(Through through) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("epoch", through.epoch());
    object.put("time", through.time().toString());
    return object;
  }
}
