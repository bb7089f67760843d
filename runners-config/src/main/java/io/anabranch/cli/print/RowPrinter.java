/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.print;

import java.util.List;

/** Prints rows; the values of a row are in the order of the columns, null where there is none. */
public interface RowPrinter extends AutoCloseable {
  void print(List<?> values);

  /** Prints what is still held back. */
  @Override
  void close();
}
