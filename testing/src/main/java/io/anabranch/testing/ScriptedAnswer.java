/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing;

import io.anabranch.api.Answer;
import io.anabranch.api.MaterializedView;
import io.anabranch.testing.internal.trial.Trial;
import io.anabranch.testing.script.EventScript;
import org.apache.beam.sdk.coders.Coder;

/**
 * What a view answers after a script that was written by hand.
 *
 * <pre>{@code
 * EventScript<String> script =
 *     EventScript.<String>on("2026-03-01").at("10:00").event("tea").closeEpoch().batch();
 * assertThat(
 *     ScriptedAnswer.of(view, StringUtf8Coder.of(), script),
 *     hasRow("2026-03-01T10:00:00Z", "tea", 1L));
 * }</pre>
 */
public final class ScriptedAnswer {
  private ScriptedAnswer() {}

  /**
   * Runs a script through the wiring, a store and the reader on the DirectRunner, and returns what
   * its last run answers: the merged answer of batch and speed, or that of Kappa.
   *
   * @param coder of the events
   * @throws io.anabranch.api.UserException if the view is refused, or a run fails
   * @throws IllegalArgumentException if nothing runs in the script
   */
  public static <E, K, O> Answer<K, O> of(
      MaterializedView<E, K, O> view, Coder<E> coder, EventScript<E> script) {
    return Trial.of(view, coder, script.events(), Runners.direct(), 0).answer(script.running(), 1);
  }
}
