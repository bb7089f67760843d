/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class IncrementalBatchTest {
  @Test
  void smallOneRunsAndReadsOnlyTheNewEpoch() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    IncrementalBatch benchmark = new IncrementalBatch(new PrintStream(out, true, UTF_8));

    int code = new CommandLine(benchmark).execute("--epochs=3", "--events=100", "--rounds=2");

    String text = out.toString(UTF_8);
    assertThat(text, code, is(0));
    assertThat(text, containsString("500 records in 5 epochs"));
    assertThat(text, containsString("full              500 records read"));
    assertThat(text, containsString("times as long"));
  }
}
