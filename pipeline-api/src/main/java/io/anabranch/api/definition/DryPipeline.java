/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.definition;

import java.lang.reflect.Proxy;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.resourcehints.ResourceHintsOptions;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A pipeline that is looked at and never run. Beam's options take longer to load than all else that
 * a query does, so they are made only if a transform asks for them.
 */
final class DryPipeline extends Pipeline {
  private @Nullable PipelineOptions options;

  DryPipeline() {
    super(noHints());
  }

  @Override
  public PipelineOptions getOptions() {
    if (options == null) {
      options = PipelineOptionsFactory.create();
    }
    return options;
  }

  /** All that Beam asks of the options while it makes a pipeline: hints of resources. */
  private static PipelineOptions noHints() {
    return (PipelineOptions)
        Proxy.newProxyInstance(
            ResourceHintsOptions.class.getClassLoader(),
            new Class<?>[] {ResourceHintsOptions.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "as" -> proxy;
                  case "getResourceHints" -> List.of();
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }
}
