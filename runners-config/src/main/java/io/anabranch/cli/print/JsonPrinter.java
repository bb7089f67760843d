/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.print;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.anabranch.api.internal.JsonText;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Prints one JSON object a line; a value that is not there is left out. */
public final class JsonPrinter implements RowPrinter {
  private final PrintWriter out;
  private final List<String> columns;

  JsonPrinter(PrintWriter out, List<String> columns) {
    this.out = out;
    this.columns = columns;
  }

  /** Returns a value as one line of JSON. */
  public static String json(Object value) {
    try {
      return JsonText.of(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  @Override
  public void print(List<?> values) {
    Map<String, Object> object = new LinkedHashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      if (values.get(i) != null) {
        object.put(columns.get(i), values.get(i));
      }
    }
    out.println(json(object));
  }

  @Override
  public void close() {
    out.flush();
  }
}
