/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.script;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.anabranch.api.Epochs;
import io.anabranch.api.LogRecord;
import io.anabranch.api.spi.log.EventLog;
import io.anabranch.contracts.log.EventLogContract;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;

/** The log of the test kit holds the contract of logs, keys and headers included. */
class ScriptedLogTest extends EventLogContract {
  private static final Epochs HOURS = new Epochs(Duration.ofHours(1));

  @Override
  protected LogUnderTest create() {
    return new Scripted(new ScriptedLog(HOURS, new Random(7)));
  }

  private record Scripted(ScriptedLog log) implements LogUnderTest {
    @Override
    public EventLog open() {
      return log;
    }

    @Override
    public boolean stopsWhereItIs() {
      return false;
    }

    @Override
    public boolean keepsKeys() {
      return true;
    }

    @Override
    public void append(Instant at, List<String> records) {
      log.append(HOURS.at(at), records.stream().map(record -> record.getBytes(UTF_8)).toList());
    }

    @Override
    public void appendRecords(Instant at, List<LogRecord> records) {
      log.appendRecords(HOURS.at(at), records);
    }

    @Override
    public void closeThrough(Instant time) {
      log.closeThrough(HOURS.at(time) - 1);
    }
  }
}
