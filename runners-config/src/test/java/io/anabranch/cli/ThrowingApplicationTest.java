/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.startsWith;

import io.anabranch.cli.Cli.Result;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Code of an author that throws on one record, where that ends a run: the message says where, and
 * answers stay right.
 */
class ThrowingApplicationTest {
  @TempDir Path folder;
  private Cli cli;

  @ParameterizedTest
  @CsvSource({
    "direct,parse,bad,Parse,NumberFormatException",
    "direct,wrapped,bad,Parse,price of 7",
    "flink-local,wrapped,bad,Parse,price of 7",
    "direct,stack,bad,Parse,StackOverflowError",
    "direct,long,bad,Parse,mmm...",
    "direct,lambda,mapped,Mapped/Map,NumberFormatException",
    "direct,combine,combined,combine,a sum of what is negative",
    "direct,null,bad,Parse,cannot encode a null String",
    "direct,nothing,bad,Parse,its output is null",
    "flink-local,nothing,bad,Parse,its output is null",
    "flink-local,parse,bad,Parse,NumberFormatException",
    "flink-local,memory,bad,Parse,OutOfMemoryError",
    "flink-local,long,bad,Parse,mmm...",
    "flink-local,alien,bad,Parse,not serializable",
    "flink-local,combine,combined,combine,a sum of what is negative"
  })
  void messageNamesViewAndStep(String runner, String line, String view, String step, String cause)
      throws Exception {
    compute(runner, line);

    Result batch = cli.run("run", "--layer", "batch");

    assertThat(
        batch.toString().substring(0, Math.min(4_000, batch.toString().length())),
        batch.code(),
        is(1));
    assertThat(
        batch.errors(),
        hasItem(
            allOf(
                startsWith("error: view \"" + view + "\""),
                containsString("step \"" + step),
                containsString(cause))));
    assertThat(batch.errors().get(0).length(), is(lessThan(1_500)));
    if (runner.equals("flink-local") && !line.equals("memory")) {
      assertThat(batch.errors(), hasItem(containsString("event " + line)));
    }
    assertThat(
        cli.run("query", "good", "--format", "json").out(),
        allOf(containsString("\"key\":\"fine\""), containsString("\"value\":1")));
  }

  @Test
  void speedSaysSoToo() throws Exception {
    compute("flink-local", "parse");

    Result speed = cli.run("run", "--layer", "speed", "--until-caught-up");

    assertThat(
        speed.errors(),
        hasItem(containsString("view \"bad\", step \"Parse\", record segment-2@5, event parse")));
    assertThat(cli.run("query", "good").out(), containsString("fine"));
  }

  /** One hour is computed, and another one holds the record. */
  private void compute(String runner, String line) throws Exception {
    cli = new Cli(folder, "lambda");
    cli.reconfigure("io.anabranch.wiring.Purchases", "io.anabranch.cli.ThrowingApplication");
    cli.reconfigure("profile: direct", "profile: " + runner);
    cli.reconfigure("speed: ", "errors: fail\nspeed: ");
    ingest("fine\n", "2026-01-01T00:30:00Z");
    cli.run("close", "--through", "2026-01-01T01:00:00Z");
    assertThat(cli.run("run", "--layer", "batch").code(), is(0));
    ingest("more\n" + line + "\n", "2026-01-01T01:30:00Z");
    cli.run("close", "--through", "2026-01-01T02:00:00Z");
  }

  private void ingest(String text, String at) {
    Path file = cli.write("lines", text);
    assertThat(cli.run("ingest", file.toString(), "--at", at).code(), is(0));
  }
}
