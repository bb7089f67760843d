/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import io.anabranch.api.Application;
import io.anabranch.api.EventFormat;
import io.anabranch.api.MaterializedView;
import io.anabranch.cli.Anabranch;
import io.anabranch.transforms.DistinctCount;
import java.time.Duration;
import java.util.List;
import org.apache.beam.sdk.transforms.Sum;

/**
 * Web analytics over the access log of an Apache httpd in the combined format.
 *
 * <table>
 * <caption>Views</caption>
 * <tr><th>view</th><th>key</th><th>bucket</th><th>value</th></tr>
 * <tr><td>{@code page-views}</td><td>path without query string</td><td>1 minute</td>
 *     <td>number of requests</td></tr>
 * <tr><td>{@code bytes}</td><td>{@code 1xx} to {@code 5xx}</td><td>1 minute</td>
 *     <td>sum of the response sizes, in bytes</td></tr>
 * <tr><td>{@code visitors}</td><td>path without query string</td><td>1 hour</td>
 *     <td>distinct client addresses, approximately</td></tr>
 * </table>
 *
 * <p>A line that is not in the combined format becomes a dead letter.
 */
public final class WebAnalytics implements Application<Request> {

  /** Runs the commands of Anabranch on this application. */
  public static void main(String[] args) {
    Anabranch.main(WebAnalytics.class, args);
  }

  @Override
  public EventFormat<Request> events() {
    return EventFormat.lines(Request::parse).timestamp(Request::time).coder(Request.coder());
  }

  @Override
  public List<MaterializedView<Request, ?, ?>> views() {
    return List.of(
        MaterializedView.of(Request.class, "page-views")
            .bucket(Duration.ofMinutes(1))
            .contributions(Request::page, request -> 1L)
            .combine(Sum.ofLongs()),
        MaterializedView.of(Request.class, "bytes")
            .bucket(Duration.ofMinutes(1))
            .contributions(Request::statusClass, Request::bytes)
            .combine(Sum.ofLongs()),
        MaterializedView.of(Request.class, "visitors")
            .bucket(Duration.ofHours(1))
            .contributions(Request::page, Request::address)
            .combine(DistinctCount.approximately()));
  }
}
