/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.definition;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.runners.TransformHierarchy;
import org.apache.beam.sdk.transforms.resourcehints.ResourceHints;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Makes pipelines that are looked at and never run. Beam's options take longer to load than all
 * else that a query does, so they are made only if a transform asks for them.
 */
final class DryPipeline implements InvocationHandler {
  private @Nullable PipelineOptions options;

  private DryPipeline() {}

  static Pipeline create() {
    PipelineOptions options =
        (PipelineOptions)
            Proxy.newProxyInstance(
                PipelineOptions.class.getClassLoader(),
                new Class<?>[] {PipelineOptions.class},
                new DryPipeline());
    return Pipeline.forTransformHierarchy(new TransformHierarchy(ResourceHints.create()), options);
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
      throws Throwable {
    if (options == null) {
      options = PipelineOptionsFactory.create();
    }
    try {
      return method.invoke(options, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }
}
