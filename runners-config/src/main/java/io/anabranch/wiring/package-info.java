/**
 * Batch, speed and Kappa pipelines from one {@link io.anabranch.api.Application}; the only place
 * that knows which is which.
 *
 * <p>{@link io.anabranch.api.definition.LoadedApplication} is an application that passed its
 * checks, {@link io.anabranch.wiring.RunContext} is what every run needs. {@link
 * io.anabranch.wiring.BatchRun}, {@link io.anabranch.wiring.StreamRun} and {@link
 * io.anabranch.wiring.LambdaRun} (both layers in one process) compute Lambda, {@link
 * io.anabranch.wiring.KappaRun} what Kappa has, and what a {@link io.anabranch.wiring.Replay}
 * plans; {@link io.anabranch.wiring.Stop} asks them to end. {@link io.anabranch.wiring.Promotion}
 * lets versions answer or gives them up, after a {@link io.anabranch.wiring.VersionComparison};
 * {@link io.anabranch.wiring.CatchUp} says how far they are. {@link io.anabranch.wiring.Compaction}
 * compacts slices, {@link io.anabranch.wiring.Verification} compares what is served with the log.
 * {@link io.anabranch.wiring.RunReport} and {@link io.anabranch.wiring.BatchReport} are what runs
 * tell.
 */
package io.anabranch.wiring;
