/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.log.AppendableLog;
import io.anabranch.api.spi.log.AppendableLog.Input;
import io.anabranch.api.spi.log.EventLog;
import io.anabranch.contracts.log.EventLogContract;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
        log.append(List.of(new Lines(String.join("\n", records))), Optional.of(at));
      }
    }

    @Override
    public void closeThrough(Instant time) {
      try (AppendableLog log = opened()) {
        log.closeThrough(time);
      }
    }
  }

  private record Lines(String text) implements Input {
    @Override
    public String name() {
      return "lines";
    }

    @Override
    public InputStream open() {
      return new ByteArrayInputStream(text.getBytes(UTF_8));
    }
  }
}
