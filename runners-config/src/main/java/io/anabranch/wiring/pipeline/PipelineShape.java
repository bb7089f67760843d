/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.pipeline;

import java.util.List;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsRegistrar;

/**
 * How pipelines of views are built; the rows are the same. Options of Beam, so that they can be
 * given to any runner: {@code anabranch run -- --fuseContributions=false}.
 */
public interface PipelineShape extends PipelineOptions {
  /** Returns whether plain steps of contributions are called where records are decoded. */
  @Description("Call plain steps of contributions where records are decoded, not by the runner")
  @Default.Boolean(true)
  boolean getFuseContributions();

  /** Sets it. */
  void setFuseContributions(boolean fuse);

  /** Returns how much memory partial rows of a view take at most on a worker thread, in bytes. */
  @Description("Bytes of partial rows that a worker thread keeps of a view until it hands them on")
  @Default.Long(32 << 20)
  long getPartialRowBytes();

  /** Sets it. */
  void setPartialRowBytes(long bytes);

  /** Lets Beam know of the options. */
  final class Registrar implements PipelineOptionsRegistrar {
    @Override
    public Iterable<Class<? extends PipelineOptions>> getPipelineOptions() {
      return List.of(PipelineShape.class);
    }
  }
}
