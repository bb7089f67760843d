/**
 * The runs: {@link io.anabranch.wiring.run.BatchRun}, {@link io.anabranch.wiring.run.SpeedRun} for
 * speed, {@link io.anabranch.wiring.run.LambdaRun} for both in one process, {@link
 * io.anabranch.wiring.run.KappaRun} and what a {@link io.anabranch.wiring.run.Replay} plans, and
 * {@link io.anabranch.wiring.run.Verification}.
 */
package io.anabranch.wiring.run;
