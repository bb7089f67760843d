/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import io.anabranch.api.spi.row.StoredRow;
import java.sql.ResultSet;
import java.sql.SQLException;

/** The table of rows, {@code anabranch_row}, whose columns databases choose. */
public interface RowTable {
  /**
   * Returns the columns of its order after the row set, separated by commas: all rows of one key,
   * bucket and length lie one after another.
   */
  String order();

  /** Returns a query that has a row if there is an SQL view of a name, its parameter. */
  String viewOfName();

  /** Reads a row of which all columns were selected. */
  StoredRow row(ResultSet result) throws SQLException;
}
