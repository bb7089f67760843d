/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.print;

import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;

/** Prints comma-separated values with a header, quoted as RFC 4180 says. */
final class CsvPrinter implements RowPrinter {
  private final PrintWriter out;

  CsvPrinter(PrintWriter out, List<String> columns) {
    this.out = out;
    print(columns);
  }

  @Override
  public void print(List<?> values) {
    out.print(values.stream().map(CsvPrinter::field).collect(Collectors.joining(",")));
    out.print("\r\n");
  }

  private static String field(Object value) {
    String text = value == null ? "" : value.toString();
    boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }

  @Override
  public void close() {
    out.flush();
  }
}
