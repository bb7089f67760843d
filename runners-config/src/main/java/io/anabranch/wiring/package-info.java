/**
 * Batch, speed and Kappa pipelines from one {@link io.anabranch.api.Application}; the only place
 * that knows which is which. {@link io.anabranch.wiring.LoadedApplication} is an application that
 * passed its checks, {@link io.anabranch.wiring.BatchRun} and {@link io.anabranch.wiring.StreamRun}
 * are the runs, {@link io.anabranch.wiring.RunContext} is what they need, {@link
 * io.anabranch.wiring.RunReport} what they tell.
 */
package io.anabranch.wiring;
