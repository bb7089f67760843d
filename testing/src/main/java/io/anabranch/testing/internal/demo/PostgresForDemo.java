/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.internal.demo;

import io.anabranch.cli.demo.DemoServer;
import io.anabranch.testing.server.PostgresServer;

/** The demo's PostgreSQL server. */
public final class PostgresForDemo implements DemoServer {
  @Override
  public Part part() {
    return Part.POSTGRES;
  }

  @Override
  public Running start() {
    PostgresServer server = PostgresServer.start();
    return new Running() {
      @Override
      public String create() {
        return "url: \"%s\"".formatted(server.newDatabase());
      }

      @Override
      public void close() {
        server.close();
      }
    };
  }
}
