/**
 * What goes on beside a run: {@link io.anabranch.wiring.upkeep.Heartbeat} reports that it lives,
 * {@link io.anabranch.wiring.upkeep.Compaction} compacts slices.
 */
package io.anabranch.wiring.upkeep;
