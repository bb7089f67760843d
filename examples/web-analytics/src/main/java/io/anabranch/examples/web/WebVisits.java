/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import io.anabranch.api.Application;
import io.anabranch.api.EventFormat;
import io.anabranch.api.MaterializedView;
import io.anabranch.cli.Anabranch;
import java.time.Duration;
import java.util.List;

/**
 * Visits to a web site, over the same log as {@link WebAnalytics}: views with windows of their own.
 *
 * <table>
 * <caption>Views</caption>
 * <tr><th>view</th><th>key</th><th>window</th><th>value</th></tr>
 * <tr><td>{@code sessions}</td><td>address and agent</td><td>the session: it ends 30 minutes after
 *     its last request</td><td>landing page, requests, bytes: {@link Visit}</td></tr>
 * <tr><td>{@code bounce-rate}</td><td>landing page</td><td>the hour in which sessions ended</td>
 *     <td>sessions, and those of one request: {@link Bounces}</td></tr>
 * <tr><td>{@code top-pages}</td><td>path without query string</td><td>1 hour</td>
 *     <td>number of requests, of the ten most viewed pages</td></tr>
 * </table>
 *
 * <p>Requests may come to the log an hour late; a session of more than six hours may be cut in two
 * until the next full batch run.
 */
public final class WebVisits implements Application<Request> {
  /** Runs the commands of Anabranch on this application. */
  public static void main(String[] args) {
    Anabranch.main(WebVisits.class, args);
  }

  @Override
  public EventFormat<Request> events() {
    return EventFormat.lines(Request::parse).timestamp(Request::time).coder(Request.coder());
  }

  @Override
  public List<MaterializedView<Request, ?, ?>> views() {
    return List.of(
        MaterializedView.of(Request.class, "sessions")
            .lateness(Duration.ofHours(1))
            .lookback(Duration.ofHours(6))
            .rows(new Visits(Duration.ofMinutes(30)))
            .totals(Visit::plus),
        MaterializedView.of(Request.class, "bounce-rate")
            .lateness(Duration.ofHours(1))
            .lookback(Duration.ofHours(7)) // the longest session, and the hour it is counted in
            .rows(new BouncesByLanding(Duration.ofMinutes(30), Duration.ofHours(1)))
            .totals(Bounces::plus),
        MaterializedView.of(Request.class, "top-pages")
            .lateness(Duration.ofHours(1))
            .lookback(Duration.ofHours(1))
            .rows(new TopPages(Duration.ofHours(1), 10))
            .totals(Long::sum));
  }
}
