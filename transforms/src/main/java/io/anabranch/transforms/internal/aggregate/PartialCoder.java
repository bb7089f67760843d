/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.StructuredCoder;
import org.apache.beam.sdk.util.VarInt;

/** The coder of {@link Partial}. */
final class PartialCoder<A> extends StructuredCoder<Partial<A>> {
  private static final long serialVersionUID = 1L;
  private final Coder<A> accumulator;

  private PartialCoder(Coder<A> accumulator) {
    this.accumulator = accumulator;
  }

  static <A> PartialCoder<A> of(Coder<A> accumulator) {
    return new PartialCoder<>(accumulator);
  }

  @Override
  public void encode(Partial<A> partial, OutputStream out) throws IOException {
    VarInt.encode(partial.contributions(), out);
    accumulator.encode(partial.accumulator(), out);
  }

  @Override
  public Partial<A> decode(InputStream in) throws IOException {
    long contributions = VarInt.decodeLong(in);
    return new Partial<>(accumulator.decode(in), contributions);
  }

  @Override
  public List<? extends Coder<?>> getCoderArguments() {
    return List.of(accumulator);
  }

  @Override
  public void verifyDeterministic() throws NonDeterministicException {
    accumulator.verifyDeterministic();
  }
}
