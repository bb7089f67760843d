/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog;

import io.anabranch.api.EpochRange;
import io.anabranch.api.spi.store.Fence;
import java.io.Serializable;

/**
 * A slice that a run fills.
 *
 * @param version its version
 * @param fence the right to write to it
 * @param epochs the epochs that the run still has to compute
 * @param generation the number under which dead letters of these epochs are stored
 */
public record OpenSlice(long version, Fence fence, EpochRange epochs, long generation)
    implements Serializable {}
