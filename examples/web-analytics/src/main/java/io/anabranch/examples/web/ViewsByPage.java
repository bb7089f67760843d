/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;

/** Gives each request as 1 view of its page, the path without the query string. */
final class ViewsByPage extends PTransform<PCollection<Request>, PCollection<KV<String, Long>>> {
  private static final long serialVersionUID = 1L;

  @Override
  public PCollection<KV<String, Long>> expand(PCollection<Request> requests) {
    return requests
        .apply("KeyByPage", ParDo.of(new ViewFn()))
        .setCoder(KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of()));
  }

  private static final class ViewFn extends DoFn<Request, KV<String, Long>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element Request request, OutputReceiver<KV<String, Long>> output) {
      output.output(KV.of(request.page(), 1L));
    }
  }
}
