/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;

/** Gives the client's address of each request by its page, the path without the query string. */
final class AddressesByPage
    extends PTransform<PCollection<Request>, PCollection<KV<String, String>>> {
  private static final long serialVersionUID = 1L;

  @Override
  public PCollection<KV<String, String>> expand(PCollection<Request> requests) {
    return requests
        .apply("KeyByPage", ParDo.of(new AddressFn()))
        .setCoder(KvCoder.of(StringUtf8Coder.of(), StringUtf8Coder.of()));
  }

  private static final class AddressFn extends DoFn<Request, KV<String, String>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element Request request, OutputReceiver<KV<String, String>> output) {
      output.output(KV.of(request.page(), request.address()));
    }
  }
}
