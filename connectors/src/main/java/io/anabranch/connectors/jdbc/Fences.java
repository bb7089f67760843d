/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import io.anabranch.api.spi.store.Fence;
import io.anabranch.api.spi.store.FencedException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** Checks who may write. The transaction at hand keeps other writers out until it ends. */
public final class Fences {
  private Fences() {}

  /** Returns the fence as it is held, empty if another run holds it or nobody does. */
  public static Optional<Fence> held(Connection connection, Fence fence) throws SQLException {
    return of(connection, fence).filter(held -> held.run() == fence.run());
  }

  /**
   * Returns the fence as it is held.
   *
   * @throws FencedException if another run holds it, or nobody does
   */
  public static Fence require(Connection connection, Fence fence) throws SQLException {
    Optional<Fence> held = of(connection, fence);
    if (held.isEmpty() || held.get().run() != fence.run()) {
      throw new FencedException(fence, held.map(Fence::run).orElse(0L));
    }
    return held.get();
  }

  private static Optional<Fence> of(Connection connection, Fence fence) throws SQLException {
    return Sql.one(
        connection,
        row ->
            new Fence(fence.view(), fence.rows(), row.getLong("run"), row.getLong("after_epoch")),
        "SELECT run, after_epoch FROM anabranch_fence WHERE slice = ?",
        fence.rows());
  }

  /** Returns whether a run is suspended. */
  public static boolean isSuspended(Connection connection, long run) throws SQLException {
    return Sql.one(
            connection,
            row -> row.getBoolean(1),
            "SELECT suspended FROM anabranch_run WHERE run = ?",
            run)
        .orElse(false);
  }
}
