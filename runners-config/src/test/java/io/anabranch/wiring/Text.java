/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.anabranch.api.spi.log.AppendableLog.Input;
import java.io.ByteArrayInputStream;
import java.io.InputStream;

/** Lines to append to a log. */
record Text(String text) implements Input {
  @Override
  public String name() {
    return "test";
  }

  @Override
  public InputStream open() {
    return new ByteArrayInputStream(text.getBytes(UTF_8));
  }
}
