/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import java.util.Arrays;
import java.util.Random;

/** Picks ranks so that rank r, counted from 1, comes up in proportion to {@code 1 / r^exponent}. */
final class Zipf {
  private final double[] cumulated;

  Zipf(int ranks, double exponent) {
    cumulated = new double[ranks];
    double sum = 0;
    for (int i = 0; i < ranks; i++) {
      sum += StrictMath.pow(i + 1, -exponent);
      cumulated[i] = sum;
    }
  }

  /** Returns a rank counted from 0. */
  int next(Random random) {
    double at = random.nextDouble() * cumulated[cumulated.length - 1];
    int found = Arrays.binarySearch(cumulated, at);
    return Math.min(found < 0 ? ~found : found + 1, cumulated.length - 1);
  }
}
