/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.util.VarInt;

/**
 * How many visitors left after one request.
 *
 * @param sessions how many sessions there were
 * @param bounces how many of them had one request only
 */
public record Bounces(long sessions, long bounces) {

  static Bounces of(Visit session) {
    return new Bounces(1, session.requests() == 1 ? 1 : 0);
  }

  Bounces plus(Bounces other) {
    return new Bounces(sessions + other.sessions, bounces + other.bounces);
  }

  static Coder<Bounces> coder() {
    return BouncesCoder.INSTANCE;
  }

  private static final class BouncesCoder extends AtomicCoder<Bounces> {
    private static final long serialVersionUID = 1L;
    private static final BouncesCoder INSTANCE = new BouncesCoder();

    @Override
    public void encode(Bounces bounces, OutputStream out) throws IOException {
      VarInt.encode(bounces.sessions, out);
      VarInt.encode(bounces.bounces, out);
    }

    @Override
    public Bounces decode(InputStream in) throws IOException {
      return new Bounces(VarInt.decodeLong(in), VarInt.decodeLong(in));
    }
  }
}
