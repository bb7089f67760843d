/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.session;

import io.anabranch.api.UserException;
import io.anabranch.api.spi.log.AppendableLog;
import io.anabranch.api.spi.log.AppendableLog.Appended;
import io.anabranch.api.spi.log.AppendableLog.Input;
import io.anabranch.cli.print.Ingested;
import io.anabranch.cli.print.Plural;
import io.anabranch.input.CommitEvery;
import io.anabranch.input.LineBatches;
import io.anabranch.wiring.Stop;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Appends a stream batch by batch, until it ends or somebody asks to stop. */
public final class StreamIngest {
  private final AppendableLog log;
  private final Optional<Instant> at;
  private Ingested done = Ingested.NOTHING;
  private int unfinished;

  /** Appends to a log, with an ingestion time if one is stated. */
  public StreamIngest(AppendableLog log, Optional<Instant> at) {
    this.log = log;
    this.at = at;
  }

  /**
   * Appends all of it, or when asked to stop what was read so far.
   *
   * @throws UserException if it cannot be read, or a batch is refused; it says what was appended
   */
  public Ingested run(Input stream, CommitEvery every, Stop stop) {
    LineBatches batches = LineBatches.of(stream, every, log.maxRecord());
    stop.during(() -> append(batches), batches::stop);
    if (stop.isRequested()) {
      unfinished = batches.unfinished();
    } else if (done.records() == 0) {
      throw new UserException(stream.name() + " holds no line; nothing was appended");
    }
    return done;
  }

  /** Returns how many bytes of a line that had not ended were left out when it was stopped. */
  public int unfinished() {
    return unfinished;
  }

  private void append(LineBatches batches) {
    try {
      Optional<Input> batch = batches.next();
      while (batch.isPresent()) {
        Appended appended = log.append(List.of(batch.get()), at);
        done = done.and(appended);
        batch = batches.next();
      }
    } catch (UserException e) {
      throw new UserException(e.getMessage() + "; " + before(), e);
    }
  }

  private String before() {
    return done.records() == 0
        ? "nothing was appended"
        : String.format(
            Locale.ROOT,
            "%s before it %s appended: go on from line %,d",
            Plural.of(done.records(), "line"),
            done.records() == 1 ? "was" : "were",
            done.records() + 1);
  }
}
