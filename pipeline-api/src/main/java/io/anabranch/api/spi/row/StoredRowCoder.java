/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.row;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.OptionalCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.util.VarInt;

/** The coder of {@link StoredRow}. */
public final class StoredRowCoder extends AtomicCoder<StoredRow> {
  private static final long serialVersionUID = 1L;
  private static final OptionalCoder<String> PARTS = OptionalCoder.of(StringUtf8Coder.of());
  private static final StoredRowCoder INSTANCE = new StoredRowCoder();

  private StoredRowCoder() {}

  /** Returns the coder. */
  public static StoredRowCoder of() {
    return INSTANCE;
  }

  @Override
  public void encode(StoredRow row, OutputStream out) throws IOException {
    VarInt.encode(row.epoch(), out);
    VarInt.encode(row.bucket(), out);
    VarInt.encode(row.length(), out);
    ByteArrayCoder.of().encode(row.key(), out);
    StringUtf8Coder.of().encode(row.keyText(), out);
    ByteArrayCoder.of().encode(row.accumulator(), out);
    VarInt.encode(row.contributions(), out);
    PARTS.encode(row.part(), out);
  }

  @Override
  public StoredRow decode(InputStream in) throws IOException {
    return new StoredRow(
        VarInt.decodeLong(in),
        VarInt.decodeLong(in),
        VarInt.decodeLong(in),
        ByteArrayCoder.of().decode(in),
        StringUtf8Coder.of().decode(in),
        ByteArrayCoder.of().decode(in),
        VarInt.decodeLong(in),
        PARTS.decode(in));
  }
}
