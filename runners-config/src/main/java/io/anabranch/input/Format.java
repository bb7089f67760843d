/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.input;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

/**
 * Formats of files that are no lines of text, by the bytes that they begin with. Sources: the
 * formats' specifications, and the file {@code magic} of file(1).
 */
enum Format {
  GZIP("gzip data", "", "\u001f\u008b"),
  ZSTD("zstd data", "", "(\u00b5/\u00fd"),
  /** pzstd begins with a frame that is skipped; its number is any of sixteen. */
  ZSTD_SKIPPABLE("zstd data", "", "*M\u0018") {
    @Override
    boolean begins(String head) {
      return head.length() > 3 && (head.charAt(0) & 0xF0) == 0x50 && head.startsWith(magic(), 1);
    }
  },
  BZIP2("bzip2 data", decompressBy("bzip2 -dc"), "BZh") {
    @Override
    boolean begins(String head) {
      return head.startsWith(magic())
          && (head.startsWith("1AY&SY", 4) || head.startsWith("\u0017rE8P\u0090", 4));
    }
  },
  XZ("xz data", decompressBy("xz -dc"), "\u00fd7zXZ\0"),
  LZ4("lz4 data", decompressBy("lz4 -dc"), "\u0004\"M\u0018"),
  LZIP("lzip data", decompressBy("lzip -dc"), "LZIP\u0001"),
  LZOP("lzop data", decompressBy("lzop -dc"), "\u0089LZO\0"),
  COMPRESS("data of compress", decompressBy("gzip -dc"), "\u001f\u009d"),
  SNAPPY("snappy data", decompressBy("snzip -dc"), "\u00ff\u0006\0\0sNaPpY"),
  ZIP("a zip archive", decompressBy("unzip -p"), "PK\u0003\u0004"),
  EMPTY_ZIP("a zip archive", decompressBy("unzip -p"), "PK\u0005\u0006"),
  SEVEN_ZIP("a 7z archive", decompressBy("7z x -so"), "7z\u00bc\u00af'\u001c"),
  TAR("a tar archive", decompressBy("tar -xOf"), "ustar") {
    @Override
    boolean begins(String head) {
      return head.startsWith(magic(), 257);
    }
  },
  PARQUET("a Parquet file", writeAsLines(), "PAR1\u0015"),
  AVRO("an Avro file", writeAsLines(), "Obj\u0001"),
  SQLITE("an SQLite file", writeAsLines(), "SQLite format 3\0"),
  UTF_32_LE("text in UTF-32", convertFrom("UTF-32"), "\u00ff\u00fe\0\0"),
  UTF_32_BE("text in UTF-32", convertFrom("UTF-32"), "\0\0\u00fe\u00ff"),
  UTF_16_LE("text in UTF-16", convertFrom("UTF-16"), "\u00ff\u00fe"),
  UTF_16_BE("text in UTF-16", convertFrom("UTF-16"), "\u00fe\u00ff");

  /** How many bytes suffice to distinguish the formats. */
  static final int HEAD = 512;

  private final String description;
  private final String advice;
  private final String magic;

  Format(String description, String advice, String magic) {
    this.description = description;
    this.advice = advice;
    this.magic = magic;
  }

  /** Recognises a format, empty for what may be text. */
  static Optional<Format> of(byte[] head) {
    String bytes = new String(head, ISO_8859_1);
    return Arrays.stream(values()).filter(format -> format.begins(bytes)).findFirst();
  }

  boolean begins(String head) {
    return head.startsWith(magic);
  }

  String magic() {
    return magic;
  }

  /** Returns what it is, after "is". */
  String description() {
    return description;
  }

  /** Returns what to do about it, empty if it can be decompressed. */
  String advice() {
    return isDecompressed() ? "Decompress it once more" : advice;
  }

  boolean isDecompressed() {
    return advice.isEmpty();
  }

  InputStream decompress(InputStream compressed) {
    return this == GZIP ? new GzipStream(compressed) : new ZstdStream(compressed);
  }

  private static String decompressBy(String command) {
    return "Decompress it first, as by \"" + command + " FILE\", and pipe it in";
  }

  private static String convertFrom(String encoding) {
    return "Convert it first, as by \"iconv -f " + encoding + " -t UTF-8 FILE\", and pipe it in";
  }

  private static String writeAsLines() {
    return "Write its records as lines of text first";
  }
}
