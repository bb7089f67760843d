/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.util.VarInt;

/**
 * Some requests of one visitor.
 *
 * @param landing the page of the first of them; of two in the same second the first by name
 * @param first when that was
 * @param requests how many there are
 * @param bytes the sum of the response sizes, in bytes
 */
public record Visit(String landing, Instant first, long requests, long bytes) {

  static Visit of(Request request) {
    return new Visit(request.page(), request.time(), 1, request.bytes());
  }

  /** Returns all requests of both; the order does not matter. */
  Visit plus(Visit other) {
    int byTime = first.compareTo(other.first);
    boolean mineIsFirst = byTime != 0 ? byTime < 0 : landing.compareTo(other.landing) <= 0;
    return new Visit(
        mineIsFirst ? landing : other.landing,
        mineIsFirst ? first : other.first,
        requests + other.requests,
        bytes + other.bytes);
  }

  static Coder<Visit> coder() {
    return VisitCoder.INSTANCE;
  }

  private static final class VisitCoder extends AtomicCoder<Visit> {
    private static final long serialVersionUID = 1L;
    private static final VisitCoder INSTANCE = new VisitCoder();

    @Override
    public void encode(Visit visit, OutputStream out) throws IOException {
      StringUtf8Coder.of().encode(visit.landing, out);
      VarInt.encode(visit.first.toEpochMilli(), out);
      VarInt.encode(visit.requests, out);
      VarInt.encode(visit.bytes, out);
    }

    @Override
    public Visit decode(InputStream in) throws IOException {
      return new Visit(
          StringUtf8Coder.of().decode(in),
          Instant.ofEpochMilli(VarInt.decodeLong(in)),
          VarInt.decodeLong(in),
          VarInt.decodeLong(in));
    }
  }
}
