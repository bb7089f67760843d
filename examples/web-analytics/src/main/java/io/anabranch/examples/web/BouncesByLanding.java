/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import java.time.Duration;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;

/**
 * Counts the sessions that ended in an interval by the page they began with, and those of one
 * request: the bounces. Sessions merge as events come, so this cannot be one sum over requests;
 * source: Marz and Warren, Big Data (2015), where the speed layer only approximates it.
 */
final class BouncesByLanding
    extends PTransform<PCollection<Request>, PCollection<KV<String, Bounces>>> {
  private static final long serialVersionUID = 1L;
  private final transient Duration gap;
  private final transient Duration interval;

  /**
   * Counts sessions.
   *
   * @param gap how long after its last request a session ends
   * @param interval the length of the rows' windows
   */
  BouncesByLanding(Duration gap, Duration interval) {
    this.gap = gap;
    this.interval = interval;
  }

  @Override
  public PCollection<KV<String, Bounces>> expand(PCollection<Request> requests) {
    Coder<KV<String, Bounces>> coder = KvCoder.of(StringUtf8Coder.of(), Bounces.coder());
    return requests
        .apply("Visits", new Visits(gap))
        .apply("KeyByLanding", ParDo.of(new BouncesFn()))
        .setCoder(coder)
        .apply(
            "Intervals",
            Window.into(FixedWindows.of(org.joda.time.Duration.millis(interval.toMillis()))))
        .apply("Sum", Combine.perKey(new PlusFn()))
        .setCoder(coder);
  }

  private static final class BouncesFn extends DoFn<KV<String, Visit>, KV<String, Bounces>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(
        @Element KV<String, Visit> session, OutputReceiver<KV<String, Bounces>> output) {
      output.output(KV.of(session.getValue().landing(), Bounces.of(session.getValue())));
    }
  }

  private static final class PlusFn extends Combine.BinaryCombineFn<Bounces> {
    private static final long serialVersionUID = 1L;

    @Override
    public Bounces apply(Bounces left, Bounces right) {
      return left.plus(right);
    }
  }
}
