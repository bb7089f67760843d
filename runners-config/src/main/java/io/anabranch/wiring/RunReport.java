/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

/**
 * What a run did.
 *
 * @param run its number in the store
 * @param through the last epoch that is complete in what it wrote, {@link
 *     io.anabranch.api.Epochs#NONE} if none is
 * @param rows the rows it wrote, those it wrote again included
 */
public record RunReport(long run, long through, long rows) {}
