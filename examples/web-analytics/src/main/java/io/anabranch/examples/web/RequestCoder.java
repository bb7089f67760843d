/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.util.VarInt;

/** The coder of {@link Request}: its fields in their order; the time in milliseconds. */
final class RequestCoder extends AtomicCoder<Request> {
  private static final long serialVersionUID = 1L;
  private static final RequestCoder INSTANCE = new RequestCoder();
  private static final StringUtf8Coder TEXT = StringUtf8Coder.of();

  private RequestCoder() {}

  /** Returns the coder. */
  static RequestCoder of() {
    return INSTANCE;
  }

  @Override
  public void encode(Request request, OutputStream out) throws IOException {
    TEXT.encode(request.address(), out);
    VarInt.encode(request.time().toEpochMilli(), out);
    TEXT.encode(request.method(), out);
    TEXT.encode(request.path(), out);
    VarInt.encode(request.status(), out);
    VarInt.encode(request.bytes(), out);
    TEXT.encode(request.agent(), out);
  }

  @Override
  public Request decode(InputStream in) throws IOException {
    return new Request(
        TEXT.decode(in),
        Instant.ofEpochMilli(VarInt.decodeLong(in)),
        TEXT.decode(in),
        TEXT.decode(in),
        VarInt.decodeInt(in),
        VarInt.decodeLong(in),
        TEXT.decode(in));
  }

  @Override
  public boolean consistentWithEquals() {
    return true;
  }
}
