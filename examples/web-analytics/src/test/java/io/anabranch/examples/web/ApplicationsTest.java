/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import static io.anabranch.testing.AnswerMatchers.hasNoGap;
import static io.anabranch.testing.AnswerMatchers.hasRow;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.testing.ApplicationTest;
import io.anabranch.testing.script.EventScript;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The real {@code main} of the examples, with their real configurations. */
final class ApplicationsTest {
  private static final Path LAMBDA = Path.of("anabranch.yaml");
  private static final Path KAPPA = Path.of("kappa.yaml");
  private static final String BLOG =
      "198.18.0.7 - - [17/May/2015:10:05:03 +0000] \"GET /blog?page=2 HTTP/1.1\" 200 5120 \"-\" \"-\"";
  private static final String LATER = BLOG.replace("10:05:03", "11:15:00");

  @Test
  void batch() {
    String line = BLOG;
    ApplicationTest.verify(
        WebAnalytics.class,
        test ->
            test.configuration(Path.of("anabranch.yaml"))
                .log(line, line, "not a request")
                .run("run", "--layer", "batch")
                .expect("page-views", hasRow("2015-05-17T10:05:00Z", "/blog", 2L))
                .ignoring("bytes", "visitors")
                .deadLetters(1));
  }

  @Test
  void lambda() {
    ApplicationTest.verify(
        WebAnalytics.class,
        test ->
            test.configuration(LAMBDA)
                .log(BLOG, BLOG, "not a request")
                .run("run", "--layer", "batch", "--runner", "direct")
                .log(BLOG, LATER)
                .run("run", "--layer", "speed", "--until-caught-up", "--runner", "direct")
                .expect("page-views", hasRow("2015-05-17T10:05:00Z", "/blog", 3L))
                .expect("bytes", hasRow("2015-05-17T11:15:00Z", "2xx", 5120L))
                .ignoring("visitors")
                .deadLetters(1));
  }

  @Test
  void kappaFollowsTheEventsOfScript() {
    ApplicationTest.verify(
        WebAnalytics.class,
        test ->
            test.configuration(KAPPA)
                .log(
                    EventScript.<String>on("2015-05-17")
                        .at("10:06")
                        .event(BLOG)
                        .closeEpoch()
                        .at("11:16")
                        .event(LATER)
                        .event(BLOG),
                    line -> line)
                .run("run", "--until-caught-up", "--runner", "direct")
                .expect("page-views", hasRow("2015-05-17T10:05:00Z", "/blog", 2L))
                .ignoring("bytes", "visitors"));
  }

  @Test
  void whatIsForgottenUnknownOrUnusedIsReportedBeforeAnythingRuns() {
    assertThat(
        message(
            test ->
                test.configuration(LAMBDA)
                    .run("run", "--layer", "batch")
                    .expect("page-view", hasRow("2015-05-17T10:05:00Z", "/blog", 1L))
                    .ignoring("bytes")),
        allOf(
            containsString("view \"page-view\" is not known: did you mean \"page-views\"?"),
            containsString("page-views, bytes, visitors"),
            containsString("nothing is expected of page-views, visitors: say expect(...) or"),
            containsString("the log has no input: say log(...)")));
    assertThat(
        message(
            test ->
                test.configuration(LAMBDA)
                    .run("run", "--layer", "batch")
                    .log(BLOG)
                    .ignoring("page-views", "bytes", "visitors")),
        containsString("what the last log(...) appends is not used: nothing runs after it"));
    assertThat(
        message(test -> test.configuration(Path.of("anabranch.yml")).log(BLOG)),
        containsString("anabranch.yml"));
    assertThat(
        refusal(test -> test.run("run", "-c", "kappa.yaml")),
        containsString("the configuration is set by configuration(...)"));
    assertThat(
        refusal(test -> test.run("run", "--set=store.url=jdbc:sqlite:views.db")),
        containsString("its log and store are swapped for temporary ones"));
    assertThat(
        refusal(
            test ->
                test.expect("bytes", hasNoGap())
                    .expect("bytes", hasRow("2015-05-17T10:05:00Z", "2xx", 1L))),
        is(
            "view \"bytes\" is expected twice: say all that is expected of it at once, with allOf(...)"));
    assertThat(
        message(
            test ->
                test.configuration(LAMBDA).log(BLOG).ignoring("page-views", "bytes", "visitors")),
        is("nothing runs: say run(...)"));
  }

  @Test
  void whatIsNotAsExpectedIsReportedAtOnce() {
    assertThat(
        message(
            test ->
                test.configuration(LAMBDA)
                    .log(
                        EventScript.<String>on("2015-05-17")
                            .at("10:06")
                            .event(BLOG)
                            .event("not a request")
                            .closeEpoch()
                            .at("11:16")
                            .event(LATER),
                        line -> line)
                    .run("run", "--layer", "batch", "--runner", "direct")
                    .limit(Duration.ofMinutes(1))
                    .expect("page-views", hasRow("2015-05-17T10:05:00Z", "/blog", 7L))
                    .ignoring("bytes", "visitors")),
        allOf(
            containsString(
                "view \"page-views\": what was appended in [2015-05-17T11:00:00Z,"
                    + " 2015-05-17T12:00:00Z) was not read"),
            containsString("view \"bytes\": what was appended in"),
            containsString("\n  2015-05-17T10:05:00Z /blog: 1"),
            containsString("expected 0 dead letters, but there were 1\n  ")));
  }

  @Test
  void runThatFailsTellsWhy() {
    assertThat(
        message(
            test ->
                test.configuration(LAMBDA)
                    .log(BLOG)
                    .run("run", "--layer", "fast")
                    .ignoring("page-views", "bytes", "visitors")),
        allOf(
            containsString("WebAnalytics run --layer fast ended with 2:"),
            containsString("Invalid value for option '--layer'")));
  }

  private static String refusal(Consumer<ApplicationTest> scenario) {
    return assertThrows(
            IllegalArgumentException.class,
            () -> ApplicationTest.verify(WebAnalytics.class, scenario))
        .getMessage();
  }

  private static String message(Consumer<ApplicationTest> scenario) {
    return assertThrows(
            AssertionError.class, () -> ApplicationTest.verify(WebAnalytics.class, scenario))
        .getMessage();
  }
}
