/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.datasketches.hll.HllSketch;

/**
 * The coder of {@code HLL_8} sketches: their length, then the compact image of DataSketches, which
 * carries its own version, precision and type. An image is {@code 12 + 4 n} bytes or less for n
 * values while the sketch is sparse, and {@code 40 + 2^lgK} bytes after that.
 *
 * <p>Sketches of the same set of values have the same bytes, so the coder is deterministic. For
 * this, what depends on the history is taken out of the image: sparse values are sorted, and of the
 * dense form the accumulated HIP estimate is cleared and the flag "out of order" set, which says
 * that there is none. {@code getCompositeEstimate} reads neither.
 */
final class HllSketchCoder extends CustomCoder<HllSketch> {
  private static final long serialVersionUID = 1L;

  // The layout of the image, little-endian, as PreambleUtil of DataSketches documents it.
  private static final int LG_K_BYTE = 3;
  private static final int FLAGS_BYTE = 5;
  private static final int CUR_MIN_BYTE = 6;
  private static final int MODE_BYTE = 7;
  private static final int HIP_DOUBLE = 8;
  private static final int NUM_AT_CUR_MIN_INT = 32;
  private static final int LIST_START = 8;
  private static final int SET_START = 12;
  private static final int OUT_OF_ORDER = 16;
  private static final int MODE_MASK = 3;
  private static final int LIST = 0;
  private static final int SET = 1;

  private final int lgK;

  private HllSketchCoder(int lgK) {
    this.lgK = lgK;
  }

  /** Returns the coder of sketches with {@code 2^lgK} registers. */
  static HllSketchCoder of(int lgK) {
    return new HllSketchCoder(lgK);
  }

  @Override
  public void encode(HllSketch sketch, OutputStream out) throws IOException {
    byte[] image = sketch.toCompactByteArray();
    switch (image[MODE_BYTE] & MODE_MASK) {
      case LIST -> sort(image, LIST_START);
      case SET -> sort(image, SET_START);
      default -> forgetHistory(image);
    }
    ByteArrayCoder.of().encode(image, out);
  }

  @Override
  public HllSketch decode(InputStream in) throws IOException {
    byte[] image = ByteArrayCoder.of().decode(in);
    if (image.length < LIST_START) {
      throw new CoderException("a distinct sketch has " + image.length + " bytes: it is cut off");
    }
    if (image[LG_K_BYTE] != lgK) {
      throw new CoderException(
          "a distinct sketch has lgK %s and the view asks for %s: go back to the previous lgK, or raise the revision of the view and compute it again"
              .formatted(image[LG_K_BYTE], lgK));
    }
    try {
      return HllSketch.heapify(image);
    } catch (RuntimeException e) {
      throw new CoderException("a distinct sketch is not an HLL image of DataSketches", e);
    }
  }

  private static void sort(byte[] image, int start) {
    int count = (image.length - start) / Integer.BYTES;
    if (count < 2) {
      return;
    }
    int[] coupons = new int[count];
    ByteBuffer buffer = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN).position(start);
    buffer.asIntBuffer().get(coupons);
    Arrays.sort(coupons);
    buffer.asIntBuffer().put(coupons);
  }

  private static void forgetHistory(byte[] image) {
    ByteBuffer buffer = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    image[FLAGS_BYTE] |= OUT_OF_ORDER;
    buffer.putDouble(HIP_DOUBLE, 0);
    if (image[CUR_MIN_BYTE] != 0) { // a merge that left no register at 0 says so in its own way
      image[CUR_MIN_BYTE] = 0;
      buffer.putInt(NUM_AT_CUR_MIN_INT, 0);
    }
  }

  @Override
  public void verifyDeterministic() {}

  @Override
  public boolean equals(Object other) {
    return other instanceof HllSketchCoder that && that.lgK == lgK;
  }

  @Override
  public int hashCode() {
    return HllSketchCoder.class.hashCode() + lgK;
  }

  @Override
  public String toString() {
    return "HllSketchCoder(lgK " + lgK + ")";
  }
}
