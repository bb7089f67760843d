/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.input;

import io.anabranch.api.UserException;
import io.anabranch.api.spi.log.AppendableLog.Input;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The lines of text of an input. What it is, is recognised by its first bytes, not by its name.
 *
 * <ul>
 *   <li>gzip and zstd are decompressed, all members and frames of them.
 *   <li>Other compressed data, archives, columnar files and UTF-16 are refused, with what to do.
 *   <li>A UTF-8 byte order mark at the beginning is left out.
 *   <li>NULs at the beginning of a line are left out, and reported: a log has them that was
 *       truncated while its writer went on.
 *   <li>What is no text by its first thousand lines is refused, see {@link TextCheck}. Text need
 *       not be UTF-8.
 * </ul>
 *
 * <p>Reading fails with a {@link UserException} on what is refused, and with an {@link IOException}
 * on compressed data that is broken.
 *
 * @param raw what is given
 * @param notices gets what is unusual, a sentence each
 */
public record TextInput(Input raw, Consumer<String> notices) implements Input {
  private static final int BUFFER = 1 << 16;

  @Override
  public String name() {
    return raw.name();
  }

  @Override
  public Optional<byte[]> key(byte[] line) {
    return raw.key(line);
  }

  @Override
  public InputStream open() throws IOException {
    InputStream stored = raw.open();
    try {
      return text(new BufferedInputStream(stored, BUFFER));
    } catch (IOException | RuntimeException e) {
      stored.close();
      throw e;
    }
  }

  private InputStream text(InputStream stored) throws IOException {
    Optional<Format> format = Format.of(head(stored));
    if (format.isEmpty()) {
      if (name().toLowerCase(Locale.ROOT).matches(".*\\.(gz|zst)")) {
        notices.accept(name() + " is not compressed, whatever its name says: read as it is");
      }
      return new TextStream(stored, name(), notices);
    }
    if (!format.get().isDecompressed()) {
      throw refusal("is " + format.get().description(), format.get().advice());
    }
    InputStream content = new BufferedInputStream(format.get().decompress(stored), BUFFER);
    Optional<Format> inner = Format.of(head(content));
    if (inner.isPresent()) {
      throw refusal(
          "holds " + inner.get().description() + " within " + format.get().description(),
          inner.get().advice());
    }
    return new TextStream(content, name(), notices);
  }

  private UserException refusal(String what, String advice) {
    return new NotTextException(
        "%s %s; lines of text are read, as they are or compressed by gzip or zstd. %s"
            .formatted(name(), what, advice));
  }

  /** Looks at the first bytes; at no more of a stream than the first line, which may be all. */
  private static byte[] head(InputStream in) throws IOException {
    in.mark(Format.HEAD);
    byte[] head = new byte[Format.HEAD];
    int length = 0;
    boolean more = true;
    while (more && length < head.length) {
      int read = in.read(head, length, head.length - length);
      more = read >= 0 && !holdsLineEnd(head, length, read);
      length += Math.max(read, 0);
    }
    in.reset();
    return Arrays.copyOf(head, length);
  }

  private static boolean holdsLineEnd(byte[] bytes, int from, int length) {
    for (int i = from; i < from + length; i++) {
      if (bytes[i] == '\n') {
        return true;
      }
    }
    return false;
  }
}
