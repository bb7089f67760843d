/**
 * Tools for testing views: {@link io.anabranch.testing.Fold} says what an answer must be, without
 * Beam; {@link io.anabranch.testing.AnswerMatchers} compare an answer with it, row by row.
 */
package io.anabranch.testing;
