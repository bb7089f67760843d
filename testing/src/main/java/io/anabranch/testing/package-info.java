/**
 * Tools for testing views: {@link io.anabranch.testing.Equivalence} shows that a view says the same
 * in every architecture, {@link io.anabranch.testing.ScriptedAnswer} what it says after a scenario,
 * {@link io.anabranch.testing.ApplicationTest} runs an author's {@code main}, and {@link
 * io.anabranch.testing.AnswerMatchers} compare answers, also with a plain {@link
 * io.anabranch.testing.Fold}. {@link io.anabranch.testing.server} starts real servers.
 */
package io.anabranch.testing;
