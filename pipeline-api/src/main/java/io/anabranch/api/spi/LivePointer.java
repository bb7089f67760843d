/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi;

import io.anabranch.api.Architecture;
import io.anabranch.api.Fingerprint;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * The one row per view that says which versions answer queries.
 *
 * @param view the view's name
 * @param revision grows by one at each change
 * @param architecture the architecture of the versions
 * @param fingerprint the definition of the versions
 * @param epochLength the length of the log's epochs
 * @param log the identity of the log
 * @param base the batch version (Lambda) or the live version (Kappa); empty before the first batch
 *     run
 * @param baseThrough in Lambda, the last epoch of the batch version, {@link
 *     io.anabranch.api.Epochs#NONE} before its first run; in Kappa, {@link Long#MAX_VALUE}
 * @param wholeThrough the last epoch of the batch run that began the version, which read the log
 *     from its beginning; {@link io.anabranch.api.Epochs#NONE} if a Kappa run began it, or nothing
 * @param speed the speed version, empty in Kappa and before the first speed run
 * @param completeThrough the last epoch known to be complete in what follows the log, {@link
 *     io.anabranch.api.Epochs#NONE} if none is
 * @param former in Kappa, the version that answered before and still follows the log, to roll back
 *     to; empty if there is none
 * @param candidate in Kappa, the version of a replay, that may be promoted; empty if there is none
 */
public record LivePointer(
    String view,
    long revision,
    Architecture architecture,
    Fingerprint fingerprint,
    Duration epochLength,
    String log,
    OptionalLong base,
    long baseThrough,
    long wholeThrough,
    OptionalLong speed,
    long completeThrough,
    OptionalLong former,
    OptionalLong candidate) {}
