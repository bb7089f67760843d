/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.benchmarks.harness;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What the rounds of one contestant took. */
public final class Series {
  private final String name;
  private final List<Measured> rounds = new ArrayList<>();

  /** Creates one without rounds. */
  public Series(String name) {
    this.name = name;
  }

  /** Returns the name of the contestant. */
  public String name() {
    return name;
  }

  /** Adds a round. */
  public void add(Measured round) {
    rounds.add(round);
  }

  /** Returns the last round. */
  public Measured last() {
    return rounds.get(rounds.size() - 1);
  }

  /** Returns the rounds. */
  public List<Measured> rounds() {
    return List.copyOf(rounds);
  }

  /** Returns the median of the rounds. */
  public Measured median() {
    return new Measured(
        median(Measured::wallSeconds),
        median(Measured::cpuSeconds),
        median(Measured::residentMegabytes));
  }

  /** Returns the least and the most seconds, as text. */
  public String spread() {
    return "%.1f to %.1f"
        .formatted(
            rounds.stream().mapToDouble(Measured::wallSeconds).min().orElseThrow(),
            rounds.stream().mapToDouble(Measured::wallSeconds).max().orElseThrow());
  }

  /** Returns how many times as long another one took: the median of the ratios of rounds. */
  public double timesFasterThan(Series other) {
    double[] ratios = new double[Math.min(rounds.size(), other.rounds.size())];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = other.rounds.get(i).wallSeconds() / rounds.get(i).wallSeconds();
    }
    return median(ratios);
  }

  private double median(ToDoubleFunction<Measured> figure) {
    return median(rounds.stream().mapToDouble(figure).toArray());
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
