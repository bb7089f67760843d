/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.startsWith;

import io.anabranch.config.Configuration;
import io.anabranch.config.ConfigurationLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ExampleConfigurationsTest {
  @Test
  void eachExampleIsAllowed() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(Path.of("."))) {
      files = all.filter(each -> each.toString().endsWith(".yaml")).toList();
    }
    assertThat(files, hasItem(Path.of("./kafka-postgres.yaml")));
    for (Path file : files) {
      Configuration configuration = ConfigurationLoader.load(file, List.of(), Optional.empty());
      assertThat(
          file.toString(), configuration.application(), startsWith("io.anabranch.examples.web."));
    }
  }
}
