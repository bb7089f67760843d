/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.script;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.anabranch.api.spi.log.AppendableLog;
import java.io.ByteArrayInputStream;
import java.io.InputStream;

/** Text to append to a log, one record a line. */
public record TextInput(String text) implements AppendableLog.Input {
  @Override
  public String name() {
    return "script";
  }

  @Override
  public InputStream open() {
    return new ByteArrayInputStream(text.getBytes(UTF_8));
  }
}
