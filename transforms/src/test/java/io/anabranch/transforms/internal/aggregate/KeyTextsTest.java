/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.UserException;
import java.io.Serializable;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.junit.jupiter.api.Test;

class KeyTextsTest {
  /** Its text is that of {@code Object}, which differs for each object. */
  private static final class Nameless implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  @Test
  void keyWhoseTextIsOfItsContentsIsTaken() throws Exception {
    KeyTexts<String> keys = new KeyTexts<>("v", StringUtf8Coder.of());

    assertThat(keys.text("a", keys.encoded("a")), is("a"));
  }

  /** Else a row that is written again would not replace the one before it, and count twice. */
  @Test
  void keyWhoseTextDiffersEachTimeIsRefused() throws Exception {
    KeyTexts<Nameless> keys = new KeyTexts<>("v", SerializableCoder.of(Nameless.class));
    Nameless key = new Nameless();
    byte[] encoded = keys.encoded(key);

    UserException refused = assertThrows(UserException.class, () -> keys.text(key, encoded));

    assertThat(
        refused.getMessage(),
        allOf(
            containsString("view \"v\" has keys of " + Nameless.class.getName()),
            containsString("give the class a toString()")));
  }
}
