/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.print;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.anabranch.api.KeyText;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;

/** Standard output and standard error of the process. */
public final class Terminal {
  private Terminal() {}

  /** Standard output; results pass as they are. */
  public static Output out() {
    return new Output(new FileOutputStream(FileDescriptor.out), isPipe());
  }

  /** Whether standard output is a pipe; messages of the system are in the user's language. */
  private static boolean isPipe() {
    try {
      return Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString().startsWith("pipe:");
    } catch (IOException | UnsupportedOperationException e) {
      return false; // not on Linux
    }
  }

  /** Standard error; what came with data, such as a key in a message, cannot steer a terminal. */
  public static PrintWriter err() {
    Writer bytes = new OutputStreamWriter(new FileOutputStream(FileDescriptor.err), UTF_8);
    return new PrintWriter(new Escaping(bytes), true);
  }

  /** Knows why it failed: a reader that has seen enough, as {@code head}, is no failure. */
  public static final class Output extends PrintWriter {
    private final Remembering bytes;
    private final boolean pipe;

    /**
     * Prints to a stream.
     *
     * @param pipe whether it is a pipe, which has no other fault than that nobody reads it
     */
    Output(OutputStream stream, boolean pipe) {
      this(new Remembering(stream), pipe);
    }

    private Output(Remembering bytes, boolean pipe) {
      super(new OutputStreamWriter(bytes, UTF_8), false);
      this.bytes = bytes;
      this.pipe = pipe;
    }

    public boolean isClosedByReader() {
      return bytes.failure != null && (pipe || "Broken pipe".equals(bytes.failure.getMessage()));
    }
  }

  private static final class Remembering extends OutputStream {
    private final OutputStream stream;
    private IOException failure;

    Remembering(OutputStream stream) {
      this.stream = stream;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        stream.write(bytes, offset, length);
      } catch (IOException e) {
        failure = failure == null ? e : failure;
        throw e;
      }
    }
  }

  /** Escapes all but line ends and tabs. */
  static final class Escaping extends FilterWriter {
    Escaping(Writer out) {
      super(out);
    }

    @Override
    public void write(int c) throws IOException {
      write(String.valueOf((char) c), 0, 1);
    }

    @Override
    public void write(char[] text, int offset, int length) throws IOException {
      write(new String(text, offset, length), 0, length);
    }

    @Override
    public void write(String text, int offset, int length) throws IOException {
      for (String part : text.substring(offset, offset + length).split("(?<=[\r\n\t])", -1)) {
        int end = part.length() - (part.matches("(?s).*[\r\n\t]") ? 1 : 0);
        out.write(KeyText.escaped(part.substring(0, end)));
        out.write(part.substring(end));
      }
    }
  }
}
