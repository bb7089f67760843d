/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.input;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Says in words what the file system says by the types of its exceptions. */
public final class Problems {
  private Problems() {}

  public static String describe(IOException e) {
    if (e instanceof NoSuchFileException) {
      return e.getMessage() + " does not exist";
    }
    if (e instanceof AccessDeniedException) {
      return "no permission for " + e.getMessage();
    }
    if (e instanceof FileAlreadyExistsException || e instanceof NotDirectoryException) {
      return e.getMessage() + " is not a folder";
    }
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }
}
