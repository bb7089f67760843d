/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** Reads the file, and says why it cannot be read. */
final class ConfigurationFile {
  private ConfigurationFile() {}

  /** Returns the settings, or nothing and a problem. */
  static Optional<Node.Section> read(Path file, Problems problems) {
    if (Files.isDirectory(file)) {
      problems.add(
          Place.NOWHERE, "this is a directory: name the file in it, for instance with -c FILE");
      return Optional.empty();
    }
    String text;
    try {
      text = Files.readString(file);
    } catch (IOException e) {
      problems.add(Place.NOWHERE, whyUnreadable(e));
      return Optional.empty();
    }
    return new YamlReader(problems).read(text);
  }

  static String whyUnreadable(IOException problem) {
    if (problem instanceof NoSuchFileException) {
      return "there is no such file: name another with -c FILE, or write one like this:\n%s"
          .formatted(Key.MINIMAL);
    }
    if (problem instanceof AccessDeniedException) {
      return "the file may not be read: give yourself the permission, or name another with -c FILE";
    }
    if (problem instanceof CharacterCodingException) {
      return "the file is not text in UTF-8: save it as UTF-8";
    }
    return "the file cannot be read: " + problem.getMessage();
  }
}
