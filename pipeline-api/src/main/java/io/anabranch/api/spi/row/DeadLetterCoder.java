/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.row;

import io.anabranch.api.spi.log.LogPlace;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.Optional;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.util.VarInt;

/** The coder of {@link DeadLetter}. */
public final class DeadLetterCoder extends AtomicCoder<DeadLetter> {
  private static final long serialVersionUID = 1L;
  private static final DeadLetterCoder INSTANCE = new DeadLetterCoder();

  private DeadLetterCoder() {}

  /** Returns the coder. */
  public static DeadLetterCoder of() {
    return INSTANCE;
  }

  @Override
  public void encode(DeadLetter letter, OutputStream out) throws IOException {
    VarInt.encode(letter.place().epoch(), out);
    StringUtf8Coder.of().encode(letter.place().origin(), out);
    VarInt.encode(letter.place().position(), out);
    StringUtf8Coder.of().encode(letter.kind().name(), out);
    StringUtf8Coder.of().encode(letter.view().orElse(""), out);
    VarInt.encode(letter.eventTime().map(Instant::toEpochMilli).orElse(Long.MIN_VALUE), out);
    StringUtf8Coder.of().encode(letter.error(), out);
    ByteArrayCoder.of().encode(letter.record(), out);
  }

  @Override
  public DeadLetter decode(InputStream in) throws IOException {
    LogPlace place =
        new LogPlace(VarInt.decodeLong(in), StringUtf8Coder.of().decode(in), VarInt.decodeLong(in));
    DeadLetter.Kind kind = DeadLetter.Kind.valueOf(StringUtf8Coder.of().decode(in));
    String view = StringUtf8Coder.of().decode(in);
    long eventTime = VarInt.decodeLong(in);
    return new DeadLetter(
        place,
        kind,
        view.isEmpty() ? Optional.empty() : Optional.of(view),
        eventTime == Long.MIN_VALUE
            ? Optional.empty()
            : Optional.of(Instant.ofEpochMilli(eventTime)),
        StringUtf8Coder.of().decode(in),
        ByteArrayCoder.of().decode(in));
  }

  @Override
  public boolean consistentWithEquals() {
    return true;
  }
}
