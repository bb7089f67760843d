/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.store;

/** What a store numbers. Each kind has its own numbers, from 1, as people read and type them. */
public enum IdKind {
  /** Processes that compute. */
  RUN,
  /** Computations of a view. */
  VERSION,
  /** Places where rows lie. */
  ROW_SET,
  /** Versions that share dead letters. */
  GENERATION
}
