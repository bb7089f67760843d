/**
 * Which engine runs a pipeline: {@link io.anabranch.runners.RunnerProfile} turns the name of a
 * profile, or of any Beam runner, into pipeline options.
 */
package io.anabranch.runners;
