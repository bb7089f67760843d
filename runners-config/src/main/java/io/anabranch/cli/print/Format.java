/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.print;

import java.io.PrintWriter;
import java.util.List;

/** How results are printed. */
public enum Format {
  /** Aligned columns, for people. */
  TABLE,
  /** One JSON object a line. */
  JSON,
  /** Comma-separated values with a header, RFC 4180. */
  CSV;

  /** Begins to print rows of these columns. */
  public RowPrinter printer(PrintWriter out, List<String> columns) {
    return switch (this) {
      case TABLE -> new TablePrinter(out, columns);
      case JSON -> new JsonPrinter(out, columns);
      case CSV -> new CsvPrinter(out, columns);
    };
  }
}
