/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi;

import io.anabranch.api.EpochRange;

/**
 * A batch slice to compute.
 *
 * @param view the view
 * @param epochs the epochs whose rows it holds; from the beginning of the log for a new version
 */
public record SlicePlan(ViewRef view, EpochRange epochs) {}
