/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DemoTest {
  @TempDir Path folder;

  @Test
  void demoShowsThatLambdaAndKappaAgree() throws Exception {
    Path kept = folder.resolve("demo");

    String out = CommandLine.bare(folder, "demo", "--events", "2000", "--dir", kept.toString());

    assertThat(out, containsString("Lambda and Kappa agree on 1,998 valid requests."));
    assertThat(out, containsString("2 dead letters on both sides, 2 broken records made: equal"));
    assertThat(Files.exists(kept.resolve("lambda.yaml")), is(true));
  }

  @Test
  void demoOnServersAgreesWithWhatIsEmbedded() throws Exception {
    String out = CommandLine.bare(folder, "demo", "--events", "2000", "--kafka", "--postgres");

    assertThat(out, containsString("the servers against what is embedded:"));
    assertThat(out.split("rows, 0 different", -1).length - 1, is(6));
    assertThat(out, containsString("Lambda and Kappa agree on 1,998 valid requests."));
  }
}
