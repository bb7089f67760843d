/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.contracts.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.anabranch.api.spi.log.AppendableLog.Input;
import java.io.ByteArrayInputStream;
import java.io.InputStream;

/** Lines to append to a log. */
public final class Lines implements Input {
  private final String name;
  private final long firstLine;
  private final byte[] content;

  private Lines(String name, long firstLine, byte[] content) {
    this.name = name;
    this.firstLine = firstLine;
    this.content = content;
  }

  /** Returns lines of text. */
  public static Lines of(String text) {
    return of("lines", text.getBytes(UTF_8));
  }

  /** Returns lines in any encoding. */
  public static Lines of(String name, byte[] content) {
    return new Lines(name, 1, content.clone());
  }

  /** Returns them as a part of something, of which this is the first line. */
  public Lines from(long line) {
    return new Lines(name, line, content);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long firstLine() {
    return firstLine;
  }

  @Override
  public InputStream open() {
    return new ByteArrayInputStream(content);
  }
}
