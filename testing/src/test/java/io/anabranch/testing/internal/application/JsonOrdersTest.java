/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.internal.application;

import static io.anabranch.testing.AnswerMatchers.hasRow;

import io.anabranch.testing.ApplicationTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Events as JSON, through the real command line. */
final class JsonOrdersTest {
  @TempDir Path folder;

  @Test
  void countsJsonAndRoutesTheRestToDeadLetters() throws IOException {
    Path configuration =
        Files.writeString(
            folder.resolve("orders.yaml"),
            """
            application: io.anabranch.testing.internal.application.JsonOrders
            architecture: lambda
            runner: { profile: direct }
            log:    { kind: files, path: log, epoch: 1h }
            store:  { url: "jdbc:sqlite:views.db" }
            """);

    ApplicationTest.verify(
        JsonOrders.class,
        test ->
            test.configuration(configuration)
                .log(
                    order("tea", "1200", "2026-03-01T10:05:00Z"),
                    order("tea", "1300", "2026-03-01T10:15:00Z"),
                    order("tea", "\"free\"", "2026-03-01T10:20:00Z"),
                    "not json")
                .run("run", "--layer", "batch")
                .expect("revenue", hasRow("2026-03-01T10:00:00Z", "tea", 2500L))
                .expect("mean-order", hasRow("2026-03-01T10:00:00Z", "tea", 1250.0))
                .deadLetters(2));
  }

  private static String order(String shop, String cents, String at) {
    return "{\"shop\":\"%s\",\"cents\":%s,\"at\":\"%s\"}".formatted(shop, cents, at);
  }
}
