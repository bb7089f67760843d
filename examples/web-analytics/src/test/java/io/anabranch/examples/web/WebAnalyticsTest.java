/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.anabranch.api.CombinedView;
import io.anabranch.api.EventFormat;
import io.anabranch.api.LogRecord;
import io.anabranch.api.MaterializedView;
import io.anabranch.api.definition.ViewDefinition;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.Test;

class WebAnalyticsTest {
  private static final Path REAL_LOG = Path.of("../../../shared/data/apache_access.log");

  private final WebAnalytics application = new WebAnalytics();

  @Test
  void viewsAreTheDocumentedOnes() {
    List<String> views =
        application.views().stream()
            .map(view -> view.name() + " " + ((CombinedView<?, ?, ?, ?, ?>) view).bucket())
            .toList();

    assertThat(views, contains("page-views PT1M", "bytes PT1M", "visitors PT1H"));
  }

  @Test
  void eachRequestIsOneViewOfItsPage() {
    check(
        "page-views",
        KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of()),
        KV.of("/a", 1L),
        KV.of("/a", 1L),
        KV.of("/", 1L));
  }

  @Test
  void sizesAreGivenByStatusClass() {
    check(
        "bytes",
        KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of()),
        KV.of("2xx", 100L),
        KV.of("3xx", 0L),
        KV.of("4xx", 7L));
  }

  @Test
  void addressesAreGivenByPage() {
    check(
        "visitors",
        KvCoder.of(StringUtf8Coder.of(), StringUtf8Coder.of()),
        KV.of("/a", "198.18.0.1"),
        KV.of("/a", "198.18.0.2"),
        KV.of("/", "198.18.0.2"));
  }

  @SafeVarargs
  @SuppressWarnings("varargs") // the array is only read
  private <V> void check(String name, KvCoder<String, V> coder, KV<String, V>... expected) {
    Pipeline pipeline = Pipeline.create();
    PCollection<Request> requests =
        pipeline.apply(
            "Requests",
            Create.of(
                    request("198.18.0.1", "/a?x=1", 200, 100),
                    request("198.18.0.2", "/a", 304, 0),
                    request("198.18.0.2", "/?y", 404, 7))
                .withCoder(Request.coder()));

    PCollection<KV<String, V>> output = requests.apply("Contributions", contributions(name));

    assertThat(output.getCoder(), is(coder));
    PAssert.that(output).containsInAnyOrder(List.of(expected));
    pipeline.run().waitUntilFinish();
  }

  @SuppressWarnings("unchecked") // the caller knows the types of the view
  private <V> PTransform<PCollection<Request>, PCollection<KV<String, V>>> contributions(
      String name) {
    return application.views().stream()
        .filter(view -> view.name().equals(name))
        .map(view -> (CombinedView<Request, String, V, ?, ?>) view)
        .map(
            view ->
                (PTransform<PCollection<Request>, PCollection<KV<String, V>>>) view.contributions())
        .findFirst()
        .orElseThrow();
  }

  private static Request request(String address, String path, int status, long bytes) {
    return new Request(
        address, Instant.parse("2015-05-17T10:05:03Z"), "GET", path, status, bytes, "-");
  }

  @Test
  void everyViewPassesTheGraphCheck() {
    for (MaterializedView<Request, ?, ?> view : application.views()) {
      ViewDefinition<Request, ?, ?, ?, ?> definition =
          ViewDefinition.of(view, application.events());

      assertThat(definition.name(), is(view.name()));
      assertThat(definition.keyCoder(), instanceOf(StringUtf8Coder.class));
    }
  }

  /** Stored rows depend on these: a change here means that every deployment computes anew. */
  @Test
  void fingerprintsStayAsTheyAre() {
    List<String> fingerprints =
        application.views().stream()
            .map(view -> ViewDefinition.of(view, application.events()).fingerprint().toString())
            .toList();

    assertThat(
        fingerprints,
        contains(
            fingerprint(
                "PT1M",
                "VarLongCoder",
                "org.apache.beam.sdk.transforms.Sum$SumLongFn",
                "org.apache.beam.sdk.coders.DelegateCoder"),
            fingerprint(
                "PT1M",
                "VarLongCoder",
                "org.apache.beam.sdk.transforms.Sum$SumLongFn",
                "org.apache.beam.sdk.coders.DelegateCoder"),
            fingerprint(
                "PT1H",
                "StringUtf8Coder",
                "io.anabranch.transforms.DistinctCount$DistinctCountFn\n"
                    + "combine parameters=lgK=15",
                "io.anabranch.transforms.HllSketchCoder")));
  }

  private static String fingerprint(
      String bucket, String contribution, String combine, String accumulator) {
    return String.join(
        "\n",
        "kind=combined",
        "bucket=" + bucket,
        "key=org.apache.beam.sdk.coders.StringUtf8Coder",
        "contribution=org.apache.beam.sdk.coders." + contribution,
        "combine=" + combine,
        "accumulator=" + accumulator,
        "event format=revision 1",
        "revision=1");
  }

  @Test
  void eventTimeIsTheTimeOfTheRequest() throws Exception {
    EventFormat<Request> events = application.events();
    byte[] line =
        "h - - [17/May/2015:10:05:03 +0200] \"GET / HTTP/1.1\" 200 1 \"-\" \"-\"".getBytes(UTF_8);

    Request request = events.decode(LogRecord.of(line));

    assertThat(events.timestamp(request), is(Instant.parse("2015-05-17T08:05:03Z")));
  }

  /** 10,000 real requests; one has no closing quote, and so is a dead letter. */
  @Test
  void realLogIsReadAsCounted() throws Exception {
    assumeTrue(Files.exists(REAL_LOG), "the real log is not here");
    int invalid = 0;
    Set<String> pagesAndMinutes = new HashSet<>();
    List<String> lines = Files.readAllLines(REAL_LOG);
    for (String line : lines) {
      try {
        Request request = Request.parse(line);
        pagesAndMinutes.add(request.page() + " " + request.time().truncatedTo(ChronoUnit.MINUTES));
        assertThat(ReferenceParser.parse(line).orElseThrow(), is(request));
      } catch (IllegalArgumentException e) {
        invalid++;
      }
    }

    assertThat(lines, hasSize(10_000));
    assertThat(invalid, is(1));
    assertThat(pagesAndMinutes, hasSize(5_458));
  }
}
