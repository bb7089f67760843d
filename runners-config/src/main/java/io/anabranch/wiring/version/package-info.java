/**
 * What decides about versions: whether the log is still the one that was read ({@link
 * io.anabranch.wiring.version.LogHistory}), how far versions are ({@link
 * io.anabranch.wiring.version.CatchUp}), whether they agree ({@link
 * io.anabranch.wiring.version.VersionComparison}), and their {@link
 * io.anabranch.wiring.version.Promotion}.
 */
package io.anabranch.wiring.version;
