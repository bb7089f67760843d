/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog;

/**
 * What a collection of garbage removed, or would remove.
 *
 * @param versions versions that another took the place of, or that were never promoted
 * @param slices their slices, and those that were compacted into others
 * @param rows the rows of these slices, and speed rows that batch has superseded
 */
public record Garbage(long versions, long slices, long rows) {}
