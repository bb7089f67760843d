/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.epoch;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.StructuredCoder;
import org.apache.beam.sdk.util.VarInt;

/**
 * The coder of {@link EpochEvent}.
 *
 * @param <E> the author's event
 */
public final class EpochEventCoder<E> extends StructuredCoder<EpochEvent<E>> {
  private static final long serialVersionUID = 1L;
  private final Coder<E> value;

  private EpochEventCoder(Coder<E> value) {
    this.value = value;
  }

  /** Returns the coder for events of a coder. */
  public static <E> EpochEventCoder<E> of(Coder<E> value) {
    return new EpochEventCoder<>(value);
  }

  @Override
  public void encode(EpochEvent<E> event, OutputStream out) throws IOException {
    VarInt.encode(event.epoch(), out);
    VarInt.encode(event.eventTime(), out);
    value.encode(event.value(), out);
  }

  @Override
  public EpochEvent<E> decode(InputStream in) throws IOException {
    return new EpochEvent<>(VarInt.decodeLong(in), VarInt.decodeLong(in), value.decode(in));
  }

  @Override
  public List<? extends Coder<?>> getCoderArguments() {
    return List.of(value);
  }

  @Override
  public void verifyDeterministic() throws NonDeterministicException {
    value.verifyDeterministic();
  }
}
