/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.script;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** One thing that happens to a log, or to what reads it. */
public sealed interface Step {

  /**
   * Events arrive together.
   *
   * @param at the ingestion time
   * @param events which, by their place in the script
   */
  record Append(Instant at, List<Integer> events) implements Step {
    /** Copies the events. */
    public Append {
      events = List.copyOf(events);
    }
  }

  /**
   * Epochs close.
   *
   * @param through the end of the last one
   */
  record Close(Instant through) implements Step {}

  /**
   * Processing time passes for what follows the log, so that rows are stored early.
   *
   * @param time how much, above 0
   */
  record Wait(Duration time) implements Step {}

  /**
   * Something is computed.
   *
   * @param layer what
   * @param dies the call to write rows at which the run dies, counted from 1; 0 if it lives
   * @param stopped whether it follows the log without an end in sight and is stopped, after it has
   *     read all that there is; else it ends once it has caught up
   */
  record Run(Layer layer, int dies, boolean stopped) implements Step {
    /** A run that is not stopped. */
    public Run(Layer layer, int dies) {
      this(layer, dies, false);
    }
  }

  /** All processes end, and others begin. */
  record Restart() implements Step {}

  /** What computes. */
  enum Layer {
    BATCH,
    FULL_BATCH,
    SPEED,
    KAPPA,
    /** A second version of Kappa, from the beginning of the log; it is live from then on. */
    REPLAY;

    /** Returns whether it follows the log, so that it can be stopped. */
    public boolean follows() {
      return this == SPEED || this == KAPPA;
    }

    /** Returns the name of the script's method. */
    public String method() {
      return switch (this) {
        case FULL_BATCH -> "fullBatch";
        default -> name().toLowerCase(Locale.ROOT);
      };
    }
  }
}
