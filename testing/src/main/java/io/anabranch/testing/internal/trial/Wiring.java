/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.internal.trial;

import io.anabranch.api.spi.log.EventLog;
import io.anabranch.api.spi.store.ViewStore;
import org.apache.beam.sdk.options.PipelineOptions;

/** Where a test may put something broken between the parts, to see that it is found. */
class Wiring {
  EventLog log(EventLog log) {
    return log;
  }

  ViewStore store(ViewStore store) {
    return store;
  }

  PipelineOptions options(PipelineOptions options) {
    return options;
  }
}
