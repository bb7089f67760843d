/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.store;

import java.io.Serializable;

/**
 * The right of one run to write to one row set. A store refuses a write as soon as another run
 * holds the fence, or nobody does.
 *
 * @param view the view's name
 * @param rows the number of the row set
 * @param run the run that may write
 * @param after the store ignores rows of this epoch and of earlier ones
 */
public record Fence(String view, long rows, long run, long after) implements Serializable {}
