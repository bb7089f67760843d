/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.log;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A log that the command line can append to, such as the embedded one. */
public interface AppendableLog extends EventLog {

  /**
   * Appends the lines of all inputs as one step: all of them, or on any error none.
   *
   * @param inputs lines of text; a missing last line end is added
   * @param at the stated ingestion time, empty for now
   * @return what was appended
   * @throws LogException if the epoch of the time is closed, an input cannot be read, holds a line
   *     that is too long or no line, or the log cannot be written
   */
  Appended append(List<Input> inputs, Optional<Instant> at);

  /** Returns whether records have keys, so that {@link Input#key} is asked. */
  default boolean takesKeys() {
    return false;
  }

  /** Returns how many bytes a line may have, its end not included; it is set when it is opened. */
  int maxRecord();

  /**
   * Closes every epoch whose end is at or before a time; they get no more records.
   *
   * @return the last closed epoch, {@link io.anabranch.api.Epochs#NONE} if there is none
   */
  long closeThrough(Instant time);

  /** Something that can be opened and holds lines. */
  interface Input {
    /** Returns the name for messages, such as a file's path. */
    String name();

    /** Returns the number of the first line, for messages: more than 1 for a part of something. */
    default long firstLine() {
      return 1;
    }

    /** Returns the key of a line, without its end; empty for none. */
    default Optional<byte[]> key(byte[] line) {
      return Optional.empty();
    }

    /** Opens the lines. */
    InputStream open() throws IOException;
  }

  /**
   * What an append did.
   *
   * @param epoch the epoch that got the records
   * @param records the number of lines
   * @param bytes their bytes, line ends included
   */
  record Appended(long epoch, long records, long bytes) {}
}
