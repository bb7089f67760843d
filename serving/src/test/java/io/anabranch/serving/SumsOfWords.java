/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.serving;

import java.nio.file.Path;
import org.apache.beam.sdk.transforms.Sum;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A test of a view of sums in a new store. */
abstract class SumsOfWords {
  @TempDir Path folder;
  Fixture<long[], Long> sums;

  @BeforeEach
  final void openStore() {
    sums = new Fixture<>(folder, Fixture.words(Sum.ofLongs()));
  }

  @AfterEach
  final void closeStore() {
    sums.close();
  }
}
