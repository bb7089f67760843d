/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.log.AppendableLog;
import io.anabranch.api.spi.log.EventLog;
import io.anabranch.contracts.log.EventLogContract;
import io.anabranch.contracts.log.Lines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;

/** The contract of logs, held by the embedded log. */
class FilesLogContractTest extends EventLogContract {
  @TempDir Path folder;

  @Override
  protected LogUnderTest create() throws IOException {
    return new Embedded(Files.createTempDirectory(folder, "log"));
  }

  private record Embedded(Path path) implements LogUnderTest {
    @Override
    public EventLog open() {
      return opened();
    }

    private AppendableLog opened() {
      return (AppendableLog)
          new FilesLogProvider().open(new Settings(Map.of("path", path.toString(), "epoch", "1h")));
    }

    @Override
    public void append(Instant at, List<String> records) {
      try (AppendableLog log = opened()) {
        log.append(List.of(Lines.of(String.join("\n", records))), Optional.of(at));
      }
    }

    @Override
    public boolean trimThrough(long epoch) throws IOException {
      try (Stream<Path> epochs = Files.list(path.resolve("epochs"))) {
        for (Path folder : epochs.sorted().limit(1).toList()) { // of the first epoch
          Logs.delete(folder);
        }
      }
      return true;
    }

    @Override
    public void closeThrough(Instant time) {
      try (AppendableLog log = opened()) {
        log.closeThrough(time);
      }
    }
  }
}
