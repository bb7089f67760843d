/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.internal.trial;

import java.util.Map;
import java.util.Optional;

/**
 * A row that is not what it should be, or a run that failed.
 *
 * @param step the step of the script after which it showed, from 0
 * @param after what happened last, in the words of the script
 * @param architecture whose answer it is in
 * @param row which row, empty if a run failed
 * @param said what each architecture said of the row, in words, the reference first; or the error
 * @param rows how many rows differ in this answer
 */
public record Disagreement(
    int step,
    String after,
    String architecture,
    Optional<RowName> row,
    Map<String, String> said,
    int rows) {}
