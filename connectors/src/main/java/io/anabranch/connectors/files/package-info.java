/**
 * The embedded event log: a folder of text segments, for one machine or a shared file system.
 *
 * <p>Start at {@link io.anabranch.connectors.files.FilesLogProvider}, which is public because
 * {@link java.util.ServiceLoader} makes it; it opens the log of the configuration {@code log: {
 * kind: files, path: data/log }}.
 */
package io.anabranch.connectors.files;
