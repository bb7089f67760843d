/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.internal.trial;

import java.util.Optional;

/**
 * What came out of a script.
 *
 * @param disagreement the first one, empty if all agreed
 * @param runs how many runs there were
 * @param cuts how often an answer was compared
 * @param rows how many rows were compared
 */
public record Outcome(Optional<Disagreement> disagreement, int runs, int cuts, long rows) {}
