/**
 * The line between the layers as windows: start at {@link
 * io.anabranch.transforms.internal.epoch.EpochWindows}. {@link
 * io.anabranch.transforms.internal.epoch.EpochEvent} is public because decoding makes it, {@link
 * io.anabranch.transforms.internal.epoch.EpochWindow} because aggregation reads the epoch from it,
 * {@link io.anabranch.transforms.internal.epoch.Admission} because decoding and wiring ask it which
 * events come in time, {@link io.anabranch.transforms.internal.epoch.RowWindows} because it groups
 * rows by the windows they are in.
 */
package io.anabranch.transforms.internal.epoch;
