/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/**
 * A key as it is stored. PostgreSQL's texts have no zero character and no half of a surrogate pair,
 * and a row of its index has at most some 2,700 bytes: a long text or key has a stand-in there.
 *
 * @param text the readable key, or its stand-in
 * @param wholeText the readable key, if there is a stand-in
 * @param key the encoded key, or its SHA-256
 * @param wholeKey the encoded key, if there is a stand-in
 */
@SuppressWarnings("ArrayRecordComponent") // never changed, never compared
record StoredKey(String text, Optional<String> wholeText, byte[] key, Optional<byte[]> wholeKey) {
  private static final int LONGEST_TEXT = 300; // of 3 bytes a character
  private static final int LONGEST_KEY = 900;
  private static final int BEGINNING = 100;

  /** What is no text follows this character, which itself stands for nothing in Unicode. */
  private static final char ESCAPE = '\uffff';

  static StoredKey of(String keyText, byte[] key) {
    String whole = encode(keyText);
    String text = indexed(whole);
    boolean isLong = key.length > LONGEST_KEY;
    return new StoredKey(
        text,
        text.equals(whole) ? Optional.empty() : Optional.of(whole),
        isLong ? sha256(key) : key,
        isLong ? Optional.of(key) : Optional.empty());
  }

  /** Returns what stands in the index for a readable key. */
  static String text(String keyText) {
    return indexed(encode(keyText));
  }

  private static String indexed(String encoded) {
    if (encoded.length() <= LONGEST_TEXT) {
      return encoded;
    }
    int end = Character.isHighSurrogate(encoded.charAt(BEGINNING - 1)) ? BEGINNING - 1 : BEGINNING;
    StringBuilder text = new StringBuilder(encoded.substring(0, end)).append(ESCAPE).append('#');
    for (byte each : sha256(encoded.getBytes(UTF_8))) {
      text.append(Character.forDigit((each >> 4) & 0xf, 16))
          .append(Character.forDigit(each & 0xf, 16));
    }
    return text.toString();
  }

  private static String encode(String text) {
    StringBuilder encoded = new StringBuilder();
    int copied = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (c == 0 || c == ESCAPE || Character.isSurrogate(c)) {
        encoded.append(text, copied, i).append(ESCAPE).append(String.format("%04x", (int) c));
        copied = i + 1;
      }
    }
    return copied == 0 ? text : encoded.append(text, copied, text.length()).toString();
  }

  /** Returns the readable key of a stored text that is no stand-in. */
  static String decode(String stored) {
    if (stored.indexOf(ESCAPE) < 0) {
      return stored;
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < stored.length(); i++) {
      char c = stored.charAt(i);
      if (c == ESCAPE) {
        text.append((char) Integer.parseInt(stored.substring(i + 1, i + 5), 16));
        i += 4;
      } else {
        text.append(c);
      }
    }
    return text.toString();
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("each Java has it", e);
    }
  }
}
