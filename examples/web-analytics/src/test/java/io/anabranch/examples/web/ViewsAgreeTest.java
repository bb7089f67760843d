/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.MaterializedView;
import io.anabranch.testing.Equivalence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.windowing.CalendarWindows;
import org.joda.time.DateTimeConstants;
import org.joda.time.DateTimeZone;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The views of the examples say the same in every architecture. */
final class ViewsAgreeTest {
  private static final int COMBINED_BY_NIGHT = 3_000;
  private static final int WINDOWED_BY_NIGHT = 350;

  static Stream<MaterializedView<Request, ?, ?>> combined() {
    return new WebAnalytics().views().stream();
  }

  static Stream<MaterializedView<Request, ?, ?>> windowed() {
    return new WebVisits().views().stream();
  }

  @ParameterizedTest
  @MethodSource("combined")
  void combinedViewAgrees(MaterializedView<Request, ?, ?> view) {
    assertThat(
        view,
        Equivalence.<Request>agreesInEveryArchitecture()
            .given(Requests::random)
            .coder(Request.coder())
            .underSchedules(50));
  }

  @ParameterizedTest
  @MethodSource("windowed")
  void windowedViewAgrees(MaterializedView<Request, ?, ?> view) {
    assertThat(view, agrees().underSchedules(10));
  }

  /** With the windowed ones, 10,000 schedules and some. */
  @Tag("night")
  @ParameterizedTest
  @MethodSource("combined")
  void combinedViewAgreesAllNight(MaterializedView<Request, ?, ?> view) {
    assertThat(view, agrees().underSchedules(COMBINED_BY_NIGHT));
  }

  @Tag("night")
  @ParameterizedTest
  @MethodSource("windowed")
  void windowedViewAgreesAllNight(MaterializedView<Request, ?, ?> view) {
    assertThat(view, agrees().underSchedules(WINDOWED_BY_NIGHT));
  }

  /** As the documentation writes it. */
  @Test
  void weeksOfAZoneAgree() {
    MaterializedView<Request, String, Long> weekly =
        MaterializedView.of(Request.class, "weekly-page-views")
            .bucket(
                CalendarWindows.weeks(1, DateTimeConstants.MONDAY)
                    .withTimeZone(DateTimeZone.forID("Europe/Berlin")))
            .contributions(Request::page, request -> 1L)
            .combine(Sum.ofLongs());

    assertThat(weekly, agrees().underSchedules(20));
  }

  @Test
  void brokenViewIsReportedAsTheDocumentationSays() throws IOException {
    MaterializedView<Request, String, String> lastVisitor =
        MaterializedView.of(Request.class, "last-visitor")
            .bucket(Duration.ofHours(1))
            .contributions(Request::page, Request::address)
            .combine(new Last());

    String message =
        assertThrows(AssertionError.class, () -> assertThat(lastVisitor, agrees().seed(7)))
            .getMessage();

    List<String> lines = message.lines().toList();
    String documentation = Files.readString(Path.of("../../docs/testing.md"));
    String cause = lines.get(lines.size() - 1);
    for (String line :
        List.of(lines.get(2), lines.get(3), cause.substring(0, cause.indexOf(": contributions")))) {
      assertThat(message, documentation, containsString(line.strip()));
    }
  }

  private static Equivalence<Request> agrees() {
    return Equivalence.<Request>agreesInEveryArchitecture()
        .given(Requests::random)
        .coder(Request.coder());
  }

  /** The last one to arrive, which is not the last one that came. */
  private static final class Last extends Combine.BinaryCombineFn<String> {
    private static final long serialVersionUID = 1L;

    @Override
    public String apply(String left, String right) {
      return right;
    }
  }
}
