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
import org.apache.beam.sdk.transforms.windowing.Sessions;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;

/** Gathers the requests of one address and agent into sessions. */
final class Visits extends PTransform<PCollection<Request>, PCollection<KV<String, Visit>>> {
  private static final long serialVersionUID = 1L;
  private final transient Duration gap;

  /**
   * Gathers sessions.
   *
   * @param gap how long after its last request a session ends
   */
  Visits(Duration gap) {
    this.gap = gap;
  }

  @Override
  public PCollection<KV<String, Visit>> expand(PCollection<Request> requests) {
    Coder<KV<String, Visit>> coder = KvCoder.of(StringUtf8Coder.of(), Visit.coder());
    return requests
        .apply("KeyByVisitor", ParDo.of(new VisitFn()))
        .setCoder(coder)
        .apply(
            "Sessions",
            Window.into(Sessions.withGapDuration(org.joda.time.Duration.millis(gap.toMillis()))))
        .apply("Visit", Combine.perKey(new PlusFn()))
        .setCoder(coder);
  }

  private static final class VisitFn extends DoFn<Request, KV<String, Visit>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element Request request, OutputReceiver<KV<String, Visit>> output) {
      output.output(KV.of(request.address() + " " + request.agent(), Visit.of(request)));
    }
  }

  private static final class PlusFn extends Combine.BinaryCombineFn<Visit> {
    private static final long serialVersionUID = 1L;

    @Override
    public Visit apply(Visit left, Visit right) {
      return left.plus(right);
    }
  }
}
