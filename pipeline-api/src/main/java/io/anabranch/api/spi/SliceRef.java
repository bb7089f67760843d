/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi;

import java.io.Serializable;

/**
 * A slice that a run may write to: the rows that a version holds for a run of epochs.
 *
 * @param view the view's name
 * @param version the version's number, unique in the store
 * @param slice the slice's number, unique in the store
 * @param run the run that owns the slice
 * @param after the last epoch before those that the run still has to compute, {@link
 *     io.anabranch.api.Epochs#NONE} for all
 */
public record SliceRef(String view, long version, long slice, long run, long after)
    implements Serializable {}
