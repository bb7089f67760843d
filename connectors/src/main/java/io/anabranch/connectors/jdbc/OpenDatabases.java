/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Databases that this process has open. All users of one share its connections; the last one to
 * close it ends them.
 */
public final class OpenDatabases<D> {
  private final Map<String, Users<D>> open = new HashMap<>();

  private static final class Users<D> {
    final D database;
    int count;

    Users(D database) {
      this.database = database;
    }
  }

  /** Returns the database of a name, opened if nobody has it open. */
  public synchronized D open(String name, Supplier<D> opening) {
    Users<D> users = open.get(name);
    if (users == null) {
      users = new Users<>(opening.get());
      open.put(name, users);
    }
    users.count++;
    return users.database;
  }

  /** Runs what ends a database if this was its last user. */
  public synchronized void close(String name, Runnable ending) {
    Users<D> users = open.get(name);
    if (--users.count == 0) {
      open.remove(name);
      ending.run();
    }
  }
}
