/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import io.anabranch.api.KeyText;
import io.anabranch.api.UserException;
import java.io.Serializable;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.util.CoderUtils;

/**
 * The readable forms of keys. They are part of what a row is known by, so they must depend on
 * nothing but the key. That is checked for one key in each bundle.
 *
 * @param <K> the key
 */
final class KeyTexts<K> implements Serializable {
  private static final long serialVersionUID = 1L;
  private final String view;
  private final Coder<K> coder;
  private transient boolean checked;

  KeyTexts(String view, Coder<K> coder) {
    this.view = view;
    this.coder = coder;
  }

  void startBundle() {
    checked = false;
  }

  byte[] encoded(K key) throws CoderException {
    return CoderUtils.encodeToByteArray(coder, key);
  }

  /** Returns the readable form of a key. */
  String text(K key, byte[] encoded) throws CoderException {
    String text = KeyText.of(key);
    if (!checked) {
      checked = true;
      String again = KeyText.of(CoderUtils.decodeFromByteArray(coder, encoded));
      if (!again.equals(text)) {
        throw new UserException(
            "view \"%s\" has keys of %s, whose toString() is \"%s\" once and \"%s\" another time for the same key. Rows are found by this text: give the class a toString() that depends on nothing but what it holds, or use another class as key"
                .formatted(view, key.getClass().getName(), text, again));
      }
    }
    return text;
  }
}
