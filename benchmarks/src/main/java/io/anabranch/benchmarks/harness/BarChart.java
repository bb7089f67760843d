/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.benchmarks.harness;

import java.util.List;
import java.util.Locale;

/** A plot of wall and processor seconds, as SVG. */
final class BarChart {
  private static final int WIDTH = 720;
  private static final int LABELS = 220;
  private static final int NUMBERS = 60;
  private static final int TOP = 60;
  private static final int ROW = 44;
  private static final int BAR = 16;

  private BarChart() {}

  static String of(String title, List<Series> contestants) {
    double most = 0;
    for (Series each : contestants) {
      most = Math.max(most, Math.max(each.median().wallSeconds(), each.median().cpuSeconds()));
    }
    StringBuilder svg = new StringBuilder();
    add(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
            + " font-family=\"sans-serif\" font-size=\"13\">",
        WIDTH,
        TOP + ROW * contestants.size());
    add(svg, "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>");
    add(svg, "<text x=\"10\" y=\"22\" font-size=\"15\">%s</text>", escaped(title));
    add(svg, "<rect x=\"10\" y=\"34\" width=\"12\" height=\"12\" fill=\"#1f77b4\"/>");
    add(svg, "<text x=\"28\" y=\"45\">wall seconds</text>");
    add(svg, "<rect x=\"130\" y=\"34\" width=\"12\" height=\"12\" fill=\"#aec7e8\"/>");
    add(svg, "<text x=\"148\" y=\"45\">CPU seconds</text>");
    for (int i = 0; i < contestants.size(); i++) {
      Series each = contestants.get(i);
      int y = TOP + ROW * i;
      add(svg, "<text x=\"10\" y=\"%d\">%s</text>", y + BAR + 4, escaped(each.name()));
      bar(svg, y, each.median().wallSeconds(), most, "#1f77b4");
      bar(svg, y + BAR, each.median().cpuSeconds(), most, "#aec7e8");
    }
    return svg.append("</svg>\n").toString();
  }

  private static void bar(StringBuilder svg, int y, double value, double most, String colour) {
    double width = (WIDTH - LABELS - NUMBERS) * value / most;
    add(
        svg,
        "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>",
        LABELS,
        y,
        width,
        BAR - 2,
        colour);
    add(
        svg,
        "<text x=\"%.1f\" y=\"%d\" font-size=\"11\">%.1f</text>",
        LABELS + width + 4,
        y + BAR - 4,
        value);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;");
  }

  private static void add(StringBuilder svg, String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
