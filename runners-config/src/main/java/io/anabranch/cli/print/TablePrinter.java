/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.print;

import io.anabranch.api.KeyText;
import io.anabranch.api.internal.Excerpt;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Prints aligned columns, numbers to the right; looks at all rows first. */
final class TablePrinter implements RowPrinter {
  private static final int WIDEST = 100;

  private final PrintWriter out;
  private final List<String> columns;
  private final List<List<String>> rows = new ArrayList<>();
  private final boolean[] numbers;

  TablePrinter(PrintWriter out, List<String> columns) {
    this.out = out;
    this.columns = columns;
    this.numbers = new boolean[columns.size()];
  }

  @Override
  public void print(List<?> values) {
    List<String> row = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      Object value = values.get(i);
      numbers[i] |= value instanceof Number;
      row.add(text(value));
    }
    rows.add(row);
  }

  private static String text(Object value) {
    if (value instanceof Long number) {
      return String.format("%,d", number);
    }
    String text = value == null ? "" : value.toString();
    return KeyText.escaped(text.length() <= WIDEST ? text : Excerpt.of(text, WIDEST - 3));
  }

  @Override
  public void close() {
    int[] widths = new int[columns.size()];
    for (int i = 0; i < widths.length; i++) {
      widths[i] = columns.get(i).length();
      for (List<String> row : rows) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    line(columns, widths);
    rows.forEach(row -> line(row, widths));
    out.flush();
  }

  private void line(List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String space = " ".repeat(widths[i] - cells.get(i).length());
      line.append(i == 0 ? "" : "  ");
      line.append(numbers[i] ? space + cells.get(i) : cells.get(i) + space);
    }
    out.println(line.toString().stripTrailing());
  }
}
