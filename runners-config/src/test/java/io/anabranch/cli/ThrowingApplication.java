/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli;

import io.anabranch.api.Application;
import io.anabranch.api.EventFormat;
import io.anabranch.api.MaterializedView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.Combine.BinaryCombineLongFn;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptors;

/** An application for tests: its code throws on records that say so. */
public final class ThrowingApplication implements Application<String> {
  private static final KvCoder<String, Long> CODER =
      KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of());

  /** For the launcher. */
  public ThrowingApplication() {}

  @Override
  public EventFormat<String> events() {
    return EventFormat.lines(line -> line)
        .timestamp(line -> Instant.parse("2026-01-01T00:00:00Z"))
        .coder(StringUtf8Coder.of());
  }

  @Override
  public List<MaterializedView<String, ?, ?>> views() {
    return List.of(view("good", "none"), view("bad", "fn"), view("mapped", "lambda"), combined());
  }

  private static MaterializedView<String, String, Long> view(String name, String kind) {
    return MaterializedView.of(String.class, name)
        .bucket(Duration.ofHours(1))
        .contributions(new Lines(kind))
        .combine(Sum.ofLongs());
  }

  private static MaterializedView<String, String, Long> combined() {
    return MaterializedView.of(String.class, "combined")
        .bucket(Duration.ofHours(1))
        .contributions(new Lines("none"))
        .combine(new ThrowingSum());
  }

  private static final class Lines
      extends PTransform<PCollection<String>, PCollection<KV<String, Long>>> {
    private static final long serialVersionUID = 1L;
    private final String kind;

    Lines(String kind) {
      this.kind = kind;
    }

    @Override
    public PCollection<KV<String, Long>> expand(PCollection<String> lines) {
      if (kind.equals("lambda")) {
        return lines
            .apply(
                "Mapped",
                MapElements.into(
                        TypeDescriptors.kvs(TypeDescriptors.strings(), TypeDescriptors.longs()))
                    .via(line -> KV.of(line, line.equals("lambda") ? Long.parseLong(line) : 1)))
            .setCoder(CODER);
      }
      return kind.equals("fn")
          ? lines.apply("Parse", ParDo.of(new ThrowingFn())).setCoder(CODER)
          : lines.apply("Plain", ParDo.of(new PlainFn())).setCoder(CODER);
    }
  }

  private static final class PlainFn extends DoFn<String, KV<String, Long>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element String line, OutputReceiver<KV<String, Long>> out) {
      out.output(KV.of(line, line.equals("combine") ? -1L : 1L));
    }
  }

  private static final class ThrowingFn extends DoFn<String, KV<String, Long>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element String line, OutputReceiver<KV<String, Long>> out) {
      switch (line) {
        case "parse" -> Integer.parseInt("abc");
        case "wrapped" ->
            throw new IllegalStateException("price of 7", new NumberFormatException("abc"));
        case "stack" -> deeper(0);
        case "memory" -> throw new OutOfMemoryError("pretended");
        case "long" -> throw new IllegalStateException("m".repeat(10_000_000));
        case "alien" -> throw new NotSerializable();
        case "null" -> out.output(KV.of(null, 1L));
        case "nothing" -> out.output(null);
        default -> out.output(KV.of(line, 1L));
      }
    }

    private static int deeper(int depth) {
      return depth < 0 ? 0 : deeper(depth + 1) + 1;
    }
  }

  private static final class NotSerializable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("unused") // it is what makes it so
    private final Thread thread = Thread.currentThread();

    NotSerializable() {
      super("not serializable");
    }
  }

  private static final class ThrowingSum extends BinaryCombineLongFn {
    private static final long serialVersionUID = 1L;

    @Override
    public long identity() {
      return 0;
    }

    @Override
    public long apply(long left, long right) {
      if (left < 0 || right < 0) {
        throw new IllegalArgumentException("a sum of what is negative");
      }
      return left + right;
    }
  }
}
