/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import io.anabranch.contracts.TestClock;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A test of one new log, which is open during each test; it is half past ten. */
abstract class OpenLog {
  @TempDir Path folder;
  final TestClock clock = new TestClock("2026-01-01T10:30:00Z");
  FilesLog log;

  @BeforeEach
  final void openLog() {
    log = Logs.open(folder, clock);
  }
}
