/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog.document;

import io.anabranch.api.EpochRange;

/**
 * Dead letters that a version shares with all others of the same generation.
 *
 * @param generation the number under which they are stored
 * @param epochs the epochs of their records
 */
public record LetterRange(long generation, EpochRange epochs) {}
