/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnTemporaryFolderTest {
  @TempDir Path parent;

  @Test
  void leavesNothing() throws Exception {
    OwnTemporaryFolder own = OwnTemporaryFolder.in(parent);
    Files.createDirectories(own.path().resolve("a/b"));
    Files.writeString(own.path().resolve("a/b/large.jar"), "x");

    own.close();

    assertThat(children(), is(empty()));
  }

  @Test
  void removesWhatAKilledProcessLeftAndNothingElse() throws Exception {
    Files.createFile(parent.resolve("anabranch-killed.lock")); // its lock went with the process
    Files.createDirectories(parent.resolve("anabranch-killed/flink"));
    Files.writeString(parent.resolve("anabranch-killed/flink/large.jar"), "x");
    Files.createDirectories(parent.resolve("anabranch-notes"));
    Files.writeString(parent.resolve("else.lock"), "x");

    try (OwnTemporaryFolder living = OwnTemporaryFolder.in(parent);
        OwnTemporaryFolder another = OwnTemporaryFolder.in(parent)) {
      String one = living.path().getFileName().toString();
      String two = another.path().getFileName().toString();
      assertThat(
          children(),
          containsInAnyOrder(
              "anabranch-notes", "else.lock", one, one + ".lock", two, two + ".lock"));
    }
    assertThat(children(), hasSize(2));
  }

  private List<String> children() throws IOException {
    try (Stream<Path> files = Files.list(parent)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
