/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog.transition;

import io.anabranch.api.EpochRange;
import io.anabranch.catalog.document.ViewRef;

/**
 * A version to compute beside the live one.
 *
 * @param view the view, by the definition to compute it by
 * @param backfill the closed epochs to read as bounded input. Rows of the epochs before them are
 *     taken over from the live version, which needs slices that end there; those after them come
 *     from following the log
 */
public record ReplayPlan(ViewRef view, EpochRange backfill) {}
