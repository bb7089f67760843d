/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import java.io.Serializable;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Top;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;

/** Gives the most viewed pages of each interval; of two with as many views, the first by name. */
final class TopPages extends PTransform<PCollection<Request>, PCollection<KV<String, Long>>> {
  private static final long serialVersionUID = 1L;
  private final transient Duration interval;
  private final transient int most;

  /**
   * Ranks pages.
   *
   * @param interval the length of the rows' windows
   * @param most how many pages of an interval to give
   */
  TopPages(Duration interval, int most) {
    this.interval = interval;
    this.most = most;
  }

  @Override
  public PCollection<KV<String, Long>> expand(PCollection<Request> requests) {
    return requests
        .apply("Page", ParDo.of(new PageFn()))
        .setCoder(StringUtf8Coder.of())
        .apply(
            "Intervals",
            Window.into(FixedWindows.of(org.joda.time.Duration.millis(interval.toMillis()))))
        .apply("Count", Count.perElement())
        .apply("Top", Top.of(most, new ByViews()).withoutDefaults())
        .apply("Each", ParDo.of(new EachFn()))
        .setCoder(KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of()));
  }

  private static final class PageFn extends DoFn<Request, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element Request request, OutputReceiver<String> output) {
      output.output(request.page());
    }
  }

  private static final class EachFn extends DoFn<List<KV<String, Long>>, KV<String, Long>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(
        @Element List<KV<String, Long>> top, OutputReceiver<KV<String, Long>> output) {
      top.forEach(output::output);
    }
  }

  private static final class ByViews implements Comparator<KV<String, Long>>, Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public int compare(KV<String, Long> left, KV<String, Long> right) {
      int byViews = left.getValue().compareTo(right.getValue());
      return byViews != 0 ? byViews : right.getKey().compareTo(left.getKey());
    }
  }
}
