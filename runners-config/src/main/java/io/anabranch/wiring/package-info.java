/**
 * Batch, speed and Kappa pipelines from one {@link io.anabranch.api.Application}; the only place
 * that knows which is which.
 *
 * <p>{@link io.anabranch.wiring.RunContext} is what every run needs, {@link
 * io.anabranch.wiring.Stop} asks runs to end, {@link io.anabranch.wiring.RunException} is what they
 * refuse. The runs are in {@code run}, the pipelines that they build in {@code pipeline}, what goes
 * on beside them in {@code upkeep}, and what decides about versions in {@code version}.
 */
package io.anabranch.wiring;
