/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli;

import io.anabranch.api.Application;
import io.anabranch.api.EventFormat;
import io.anabranch.api.MaterializedView;
import io.anabranch.api.WindowedView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;

/**
 * An application for tests: it counts lines. Until it is mended, it cannot decode a line that
 * begins with "?", and a step of a view throws on a line that begins with "!" and the view's name.
 */
public final class MendedApplication implements Application<String> {
  private static final KvCoder<String, Long> CODER =
      KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of());
  private static final TupleTag<KV<String, Long>> MAIN = new TupleTag<>("main") {};
  private static final TupleTag<String> OTHER = new TupleTag<>("other") {};

  private static volatile boolean mended;

  /** For the launcher. */
  public MendedApplication() {}

  static void mend(boolean whether) {
    mended = whether;
  }

  @Override
  public EventFormat<String> events() {
    return EventFormat.lines(MendedApplication::decode)
        .timestamp(line -> Instant.parse("2026-01-01T00:10:00Z"))
        .coder(StringUtf8Coder.of());
  }

  private static String decode(String line) {
    if (line.startsWith("?") && !mended) {
      throw new IllegalArgumentException("no line: " + line);
    }
    return line;
  }

  @Override
  public List<MaterializedView<String, ?, ?>> views() {
    return List.of(
        MaterializedView.of(String.class, "plain")
            .bucket(Duration.ofHours(1))
            .contributions(new Lines("plain"))
            .combine(Sum.ofLongs()),
        MaterializedView.of(String.class, "tagged")
            .bucket(Duration.ofHours(1))
            .contributions(new Lines("tagged"))
            .combine(Sum.ofLongs()),
        windowed());
  }

  private static WindowedView<String, String, Long> windowed() {
    return MaterializedView.of(String.class, "windowed")
        .lateness(Duration.ZERO)
        .lookback(Duration.ofHours(1))
        .rows(new Lines("windowed"));
  }

  private static final class Lines
      extends PTransform<PCollection<String>, PCollection<KV<String, Long>>> {
    private static final long serialVersionUID = 1L;
    private final String view;

    Lines(String view) {
      this.view = view;
    }

    @Override
    public PCollection<KV<String, Long>> expand(PCollection<String> lines) {
      PCollection<KV<String, Long>> counts =
          lines
              .apply("Check", ParDo.of(new CheckFn(view)))
              .apply("Count", ParDo.of(new CountFn(view)))
              .setCoder(CODER);
      return switch (view) {
        case "tagged" ->
            counts
                .apply("Tag", ParDo.of(new TagFn()).withOutputTags(MAIN, TupleTagList.of(OTHER)))
                .get(MAIN)
                .setCoder(CODER);
        case "windowed" ->
            counts
                .apply(
                    "Hours", Window.into(FixedWindows.of(org.joda.time.Duration.standardHours(1))))
                .apply("Sum", Sum.longsPerKey());
        default -> counts;
      };
    }
  }

  private static final class CheckFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;
    private final String view;

    CheckFn(String view) {
      this.view = view;
    }

    @ProcessElement
    public void process(@Element String line, OutputReceiver<String> out) {
      if (line.equals("!" + view) && !mended) {
        throw new IllegalStateException("not checked: " + line);
      }
      out.output(line);
    }
  }

  /** It throws after it has output something. */
  private static final class CountFn extends DoFn<String, KV<String, Long>> {
    private static final long serialVersionUID = 1L;
    private final String view;

    CountFn(String view) {
      this.view = view;
    }

    @ProcessElement
    public void process(@Element String line, OutputReceiver<KV<String, Long>> out) {
      out.output(KV.of("lines", 1L));
      if (line.equals("!" + view + " counted") && !mended) {
        throw new IllegalStateException("not counted: " + line);
      }
    }
  }

  private static final class TagFn extends DoFn<KV<String, Long>, KV<String, Long>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element KV<String, Long> count, MultiOutputReceiver out) {
      out.get(MAIN).output(count);
    }
  }
}
