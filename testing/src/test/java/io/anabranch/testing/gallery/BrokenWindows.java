/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.gallery;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.Sessions;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.joda.time.Duration;

/** Rows of sessions of {@code key=number}; each but the first with a mistake. */
final class BrokenWindows {
  private BrokenWindows() {}

  /** Parses events, gathers sessions of 20 minutes, and applies a function to each. */
  record OfSessions(
      DoFn<String, KV<String, Long>> parse, DoFn<KV<String, Iterable<Long>>, KV<String, Long>> fn) {

    PTransform<PCollection<String>, PCollection<KV<String, Long>>> rows() {
      OfSessions own = this;
      return new PTransform<>() {
        @Override
        public PCollection<KV<String, Long>> expand(PCollection<String> events) {
          KvCoder<String, Long> coder = KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of());
          return events
              .apply("Parse", ParDo.of(own.parse()))
              .setCoder(coder)
              .apply(Window.into(Sessions.withGapDuration(Duration.standardMinutes(20))))
              .apply(GroupByKey.create())
              .apply("Row", ParDo.of(own.fn()))
              .setCoder(coder);
        }
      };
    }
  }

  /** The sum of a session. */
  static final class SumFn extends DoFn<KV<String, Iterable<Long>>, KV<String, Long>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(
        @Element KV<String, Iterable<Long>> session, OutputReceiver<KV<String, Long>> out) {
      long sum = 0;
      for (long each : session.getValue()) {
        sum += each;
      }
      out.output(KV.of(session.getKey(), sum));
    }
  }

  /** What a session began with, in the order of arrival. */
  static final class FirstFn extends DoFn<KV<String, Iterable<Long>>, KV<String, Long>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(
        @Element KV<String, Iterable<Long>> session, OutputReceiver<KV<String, Long>> out) {
      out.output(KV.of(session.getKey(), session.getValue().iterator().next()));
    }
  }

  /** The sum of all sessions of a key that this worker has seen. */
  static final class TotalFn extends DoFn<KV<String, Iterable<Long>>, KV<String, Long>> {
    private static final long serialVersionUID = 1L;
    private final Map<String, Long> totals = new HashMap<>();

    @ProcessElement
    public void process(
        @Element KV<String, Iterable<Long>> session, OutputReceiver<KV<String, Long>> out) {
      session.getValue().forEach(each -> totals.merge(session.getKey(), each, Long::sum));
      out.output(KV.of(session.getKey(), totals.get(session.getKey())));
    }
  }

  /** How long ago a session ended, in hours. */
  static final class AgeFn extends DoFn<KV<String, Iterable<Long>>, KV<String, Long>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(
        @Element KV<String, Iterable<Long>> session, OutputReceiver<KV<String, Long>> out) {
      out.output(KV.of(session.getKey(), System.nanoTime()));
    }
  }

  /** Sessions with something in them that this process has not seen before. */
  static final class NewsFn extends DoFn<KV<String, Iterable<Long>>, KV<String, Long>> {
    private static final long serialVersionUID = 1L;
    private static final List<String> SEEN = new ArrayList<>();

    @ProcessElement
    public void process(
        @Element KV<String, Iterable<Long>> session, OutputReceiver<KV<String, Long>> out) {
      synchronized (SEEN) {
        for (long each : session.getValue()) {
          if (!SEEN.contains(session.getKey() + each)) {
            SEEN.add(session.getKey() + each);
            out.output(KV.of(session.getKey(), each));
            return;
          }
        }
      }
    }
  }
}
