/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.benchmarks.harness;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Writes what was measured: tables in {@code results.md}, and a plot in SVG for each table. */
public final class Report {
  private final Path folder;
  private final PrintStream out;
  private final List<String> lines = new ArrayList<>();

  /** Writes into a folder, and to a stream as it goes on. */
  public Report(Path folder, PrintStream out) {
    this.folder = folder;
    this.out = out;
  }

  /** Adds a line of text. */
  public void line(String format, Object... values) throws IOException {
    String line = String.format(Locale.ROOT, format, values);
    out.println(line);
    lines.add(line);
    Files.write(folder.resolve("results.md"), lines, UTF_8);
  }

  /** Adds a table and a plot; ratios are those of the first one. */
  public void table(String title, List<Series> contestants) throws IOException {
    Series first = contestants.get(0);
    line("");
    line("### %s", title);
    line("");
    line(
        "| | wall s, median of %d | from, to | CPU s | peak memory, MB | time, the first = 1 |",
        first.rounds().size());
    line("| --- | --- | --- | --- | --- | --- |");
    for (Series each : contestants) {
      Measured median = each.median();
      line(
          "| %s | %.1f | %s | %.1f | %,.0f | %s |",
          each.name(),
          median.wallSeconds(),
          each.spread(),
          median.cpuSeconds(),
          median.residentMegabytes(),
          each == first ? "" : "%.2f".formatted(first.timesFasterThan(each)));
    }
    Files.writeString(
        folder.resolve(title.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-") + ".svg"),
        BarChart.of(title, contestants));
  }
}
