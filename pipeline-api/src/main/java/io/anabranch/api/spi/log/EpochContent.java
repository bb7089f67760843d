/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.log;

/**
 * What a log held of an epoch at some moment, so that a later look shows whether it is still there,
 * and the same.
 *
 * @param epoch an epoch that had records
 * @param position the last record of it, in terms that only the log itself can read
 * @param parts how many appends, or parts of other kinds, the records lay in
 * @param bytes the bytes of the records, and one for the end of each
 * @param checksum of the records, or of the checksums of the parts, in hexadecimal digits
 * @param closed whether the epoch was closed, so that no record may have come since
 */
public record EpochContent(
    long epoch, String position, long parts, long bytes, String checksum, boolean closed) {}
