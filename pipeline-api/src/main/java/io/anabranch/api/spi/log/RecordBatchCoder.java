/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.log;

import io.anabranch.api.spi.log.RecordBatch.Extra;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.TreeMap;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.MapCoder;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.util.VarInt;
import org.checkerframework.checker.nullness.qual.Nullable;

/** The coder of {@link RecordBatch}. */
public final class RecordBatchCoder extends AtomicCoder<RecordBatch> {
  private static final long serialVersionUID = 1L;
  private static final RecordBatchCoder INSTANCE = new RecordBatchCoder();

  private static final int PRESENT = 1;
  private static final int HAS_VALUE = 2;
  private static final NullableCoder<byte[]> KEY = NullableCoder.of(ByteArrayCoder.of());
  private static final MapCoder<String, byte[]> HEADERS =
      MapCoder.of(StringUtf8Coder.of(), ByteArrayCoder.of());
  private static final NullableCoder<Long> APPEND_TIME = NullableCoder.of(VarLongCoder.of());

  private RecordBatchCoder() {}

  /** Returns the coder. */
  public static RecordBatchCoder of() {
    return INSTANCE;
  }

  @Override
  public void encode(RecordBatch batch, OutputStream out) throws IOException {
    VarInt.encode(batch.epoch(), out);
    StringUtf8Coder.of().encode(batch.origin(), out);
    VarInt.encode(batch.size(), out);
    int[] ends = batch.ends();
    long[] positions = batch.positions();
    for (int i = 0; i < ends.length; i++) {
      VarInt.encode(ends[i] - batch.start(i), out);
      VarInt.encode(i == 0 ? positions[0] : positions[i] - positions[i - 1], out);
    }
    out.write(batch.data());
    StringUtf8Coder.of().encode(batch.readThrough().toString(), out);
    @Nullable Extra @Nullable [] extras = batch.extras();
    out.write(extras == null ? 0 : 1);
    if (extras != null) {
      for (@Nullable Extra extra : extras) {
        encode(extra, out);
      }
    }
  }

  private static void encode(@Nullable Extra extra, OutputStream out) throws IOException {
    if (extra == null) {
      out.write(0);
      return;
    }
    out.write(extra.hasValue() ? PRESENT | HAS_VALUE : PRESENT);
    KEY.encode(extra.key(), out);
    HEADERS.encode(extra.headers(), out);
    APPEND_TIME.encode(extra.appendTime(), out);
  }

  private static int readByte(InputStream in) throws IOException {
    return new DataInputStream(in).readUnsignedByte(); // fails at the end, where read() does not
  }

  private static @Nullable Extra decodeExtra(InputStream in) throws IOException {
    int flags = readByte(in);
    return flags == 0
        ? null
        : new Extra(
            (flags & HAS_VALUE) != 0,
            KEY.decode(in),
            new TreeMap<>(HEADERS.decode(in)),
            APPEND_TIME.decode(in));
  }

  @Override
  public RecordBatch decode(InputStream in) throws IOException {
    long epoch = VarInt.decodeLong(in);
    String origin = StringUtf8Coder.of().decode(in);
    int size = VarInt.decodeInt(in);
    int[] ends = new int[size];
    long[] positions = new long[size];
    for (int i = 0; i < size; i++) {
      ends[i] = VarInt.decodeInt(in) + (i == 0 ? 0 : ends[i - 1]);
      positions[i] = VarInt.decodeLong(in) + (i == 0 ? 0 : positions[i - 1]);
    }
    byte[] data = new byte[size == 0 ? 0 : ends[size - 1]];
    new DataInputStream(in).readFully(data);
    LogPosition readThrough = LogPosition.parse(StringUtf8Coder.of().decode(in));
    @Nullable Extra @Nullable [] extras = readByte(in) == 1 ? new Extra[size] : null;
    for (int i = 0; extras != null && i < size; i++) {
      extras[i] = decodeExtra(in);
    }
    return new RecordBatch(epoch, origin, data, ends, positions, extras, readThrough);
  }

  @Override
  public boolean consistentWithEquals() {
    return true;
  }

  @Override
  public boolean isRegisterByteSizeObserverCheap(RecordBatch value) {
    return true;
  }

  @Override
  protected long getEncodedElementByteSize(RecordBatch value) {
    return value.data().length + value.extraBytes() + 4L * value.size() + 16;
  }
}
