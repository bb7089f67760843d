/**
 * What lies in the folder of an embedded log: segments, the list of closed epochs, the lock. {@link
 * io.anabranch.connectors.files.folder.LogFolder} reads it as a whole.
 */
package io.anabranch.connectors.files.folder;
