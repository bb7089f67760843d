/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.gallery;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.values.KV;
import org.joda.time.Instant;

/** Functions from {@code key=number} to contributions, each but the first with a mistake. */
final class BrokenFns {
  private BrokenFns() {}

  static KV<String, Long> parse(String event) {
    String[] parts = event.split("=", 2);
    return KV.of(parts[0], Long.valueOf(parts[1]));
  }

  /** What a sound one does. */
  static final class Parse extends DoFn<String, KV<String, Long>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element String event, OutputReceiver<KV<String, Long>> out) {
      out.output(parse(event));
    }
  }

  /** Numbers what it has seen so far. */
  static final class Counter extends DoFn<String, KV<String, Long>> {
    private static final long serialVersionUID = 1L;
    private long count;

    @ProcessElement
    public void process(@Element String event, OutputReceiver<KV<String, Long>> out) {
      out.output(KV.of(parse(event).getKey(), ++count));
    }
  }

  /** Counts keys once that it has seen, as long as the worker lives. */
  static final class FirstOfKey extends DoFn<String, KV<String, Long>> {
    private static final long serialVersionUID = 1L;
    private final Set<String> seen = new HashSet<>();

    @ProcessElement
    public void process(@Element String event, OutputReceiver<KV<String, Long>> out) {
      if (seen.add(parse(event).getKey())) {
        out.output(parse(event));
      }
    }
  }

  /** Counts keys once in a bundle. */
  static final class FirstInBundle extends DoFn<String, KV<String, Long>> {
    private static final long serialVersionUID = 1L;
    private transient Set<String> seen;

    @StartBundle
    public void start() {
      seen = new HashSet<>();
    }

    @ProcessElement
    public void process(@Element String event, OutputReceiver<KV<String, Long>> out) {
      if (seen.add(parse(event).getKey())) {
        out.output(parse(event));
      }
    }
  }

  /** Gives out every third time what it has gathered, and forgets the rest. */
  static final class Buffer extends DoFn<String, KV<String, Long>> {
    private static final long serialVersionUID = 1L;
    private final List<String> buffer = new ArrayList<>();

    @ProcessElement
    public void process(@Element String event, OutputReceiver<KV<String, Long>> out) {
      buffer.add(event);
      if (buffer.size() == 3) {
        buffer.forEach(each -> out.output(parse(each)));
        buffer.clear();
      }
    }
  }

  /** Leaves out what this process has seen before, as if that were stored somewhere. */
  static final class SeenBefore extends DoFn<String, KV<String, Long>> {
    private static final long serialVersionUID = 1L;
    private static final Set<String> SEEN = ConcurrentHashMap.newKeySet();

    @ProcessElement
    public void process(@Element String event, OutputReceiver<KV<String, Long>> out) {
      if (SEEN.add(event)) {
        out.output(parse(event));
      }
    }
  }

  /** Contributes numbers from 0 to 3. */
  static final class Collide extends DoFn<String, KV<String, Long>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element String event, OutputReceiver<KV<String, Long>> out) {
      out.output(KV.of(parse(event).getKey(), parse(event).getValue() % 4));
    }
  }

  /** Does not take keys that there are. */
  static final class Failing extends DoFn<String, KV<String, Long>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element String event, OutputReceiver<KV<String, Long>> out) {
      if (event.startsWith("k")) {
        throw new IllegalStateException("no key");
      }
      out.output(parse(event));
    }
  }

  /** Leaves out what is in its first bundle, as if it had to warm up. */
  static final class FirstBundle extends DoFn<String, KV<String, Long>> {
    private static final long serialVersionUID = 1L;
    private transient int bundles;

    @StartBundle
    public void start() {
      bundles++;
    }

    @ProcessElement
    public void process(@Element String event, OutputReceiver<KV<String, Long>> out) {
      if (bundles > 1) {
        out.output(parse(event));
      } else {
        out.output(KV.of("cold", 0L));
      }
    }
  }

  /** Says how long ago it was. */
  static final class Clock extends DoFn<String, KV<String, Long>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element String event, OutputReceiver<KV<String, Long>> out) {
      out.output(KV.of(parse(event).getKey(), java.time.Instant.now().toEpochMilli()));
    }
  }

  /** Takes a sample. */
  static final class Dice extends DoFn<String, KV<String, Long>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element String event, OutputReceiver<KV<String, Long>> out) {
      if (new Random().nextInt(3) > 0) {
        out.output(parse(event));
      }
    }
  }

  /** Takes the timestamp, which of an event from the future is the end of its epoch. */
  static final class HourOfTimestamp extends DoFn<String, KV<String, Long>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(
        @Element String event, @Timestamp Instant timestamp, OutputReceiver<KV<String, Long>> out) {
      out.output(KV.of("at " + timestamp, parse(event).getValue()));
    }
  }
}
