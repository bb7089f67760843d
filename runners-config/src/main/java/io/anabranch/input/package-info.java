/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What users give to {@code ingest}: files and streams that may be compressed, begin with a byte
 * order mark or hold no text at all.
 *
 * <p>Start at {@link io.anabranch.input.TextInput}, which makes lines of text of an input. {@link
 * io.anabranch.input.LineBatches} and {@link io.anabranch.input.CommitEvery} are public because the
 * command line appends a stream batch by batch with them.
 */
package io.anabranch.input;
