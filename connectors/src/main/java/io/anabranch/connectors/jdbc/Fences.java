/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import io.anabranch.api.spi.store.Fence;
import io.anabranch.api.spi.store.FencedException;
import io.anabranch.connectors.jdbc.Transactions.Thing;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** Checks who may write. What is found holds until the transaction at hand ends. */
public final class Fences {
  private Fences() {}

  /** Returns the fence as it is held, empty if another run holds it or nobody does. */
  public static Optional<Fence> held(Transactions database, Connection connection, Fence fence)
      throws SQLException {
    return of(database, connection, fence).filter(held -> held.run() == fence.run());
  }

  /**
   * Returns the fence as it is held.
   *
   * @throws FencedException if another run holds it, or nobody does
   */
  public static Fence require(Transactions database, Connection connection, Fence fence)
      throws SQLException {
    Optional<Fence> held = of(database, connection, fence);
    if (held.isEmpty() || held.get().run() != fence.run()) {
      throw new FencedException(fence, held.map(Fence::run).orElse(0L));
    }
    return held.get();
  }

  private static Optional<Fence> of(Transactions database, Connection connection, Fence fence)
      throws SQLException {
    database.share(connection, Thing.fence(fence.rows()));
    return Sql.one(
        connection,
        row ->
            new Fence(fence.view(), fence.rows(), row.getLong("run"), row.getLong("after_epoch")),
        "SELECT run, after_epoch FROM anabranch_fence WHERE slice = ?",
        fence.rows());
  }

  /** Returns whether a run is suspended. */
  public static boolean isSuspended(Transactions database, Connection connection, long run)
      throws SQLException {
    database.share(connection, Thing.run(run));
    return Sql.one(
            connection,
            row -> row.getBoolean(1),
            "SELECT suspended FROM anabranch_run WHERE run = ?",
            run)
        .orElse(false);
  }
}
