/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.benchmarks;

import io.anabranch.api.Application;
import io.anabranch.api.EventFormat;
import io.anabranch.api.MaterializedView;
import io.anabranch.examples.web.Request;
import java.time.Duration;
import java.util.List;
import org.apache.beam.sdk.transforms.Sum;

/** The view of the example that the peers compute by hand, alone. */
public final class PageViewsOnly implements Application<Request> {
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
            .combine(Sum.ofLongs()));
  }
}
