/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.util.VarInt;

/** The coder of {@link RecordBatch}. */
public final class RecordBatchCoder extends AtomicCoder<RecordBatch> {
  private static final long serialVersionUID = 1L;
  private static final RecordBatchCoder INSTANCE = new RecordBatchCoder();

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
    return new RecordBatch(epoch, origin, data, ends, positions);
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
    return value.data().length + 4L * value.size() + 16;
  }
}
