/* SPDX-License-Identifier: Apache-2.0 */
/**
 * An archive of closed epochs beside a log that forgets them: {@code ArchivedLog} reads both, with
 * the seam between two epochs.
 *
 * <p>A folder has {@code archive.json}, which says of which log it is, and for each epoch that had
 * records a folder {@code epoch-N}: {@code manifest.json} and a file for each origin. The files are
 * Avro object container files of blocks that zstd compresses and checksums: they are compact, can
 * be divided, and other tools read them.
 */
package io.anabranch.connectors.archive;
