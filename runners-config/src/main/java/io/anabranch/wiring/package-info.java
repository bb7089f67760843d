/**
 * Batch, speed and Kappa pipelines from one {@link io.anabranch.api.Application}; the only place
 * that knows which is which.
 *
 * <p>{@link io.anabranch.wiring.LoadedApplication} is an application that passed its checks, {@link
 * io.anabranch.wiring.RunContext} is what every run needs. {@link io.anabranch.wiring.BatchRun},
 * {@link io.anabranch.wiring.StreamRun} and {@link io.anabranch.wiring.LambdaRun} (both layers in
 * one process) compute; {@link io.anabranch.wiring.Stop} asks them to end. {@link
 * io.anabranch.wiring.Compaction} folds slices, {@link io.anabranch.wiring.Verification} compares
 * what is served with the log. {@link io.anabranch.wiring.RunReport} and {@link
 * io.anabranch.wiring.BatchReport} are what runs tell.
 */
package io.anabranch.wiring;
