/**
 * The line between the layers as windows: start at {@link
 * io.anabranch.transforms.epoch.EpochWindows}. {@link io.anabranch.transforms.epoch.EpochEvent} is
 * public because decoding makes it, {@link io.anabranch.transforms.epoch.EpochWindow} because
 * aggregation reads the epoch from it, {@link io.anabranch.transforms.epoch.Admission} because
 * decoding and wiring ask it which events come in time, {@link
 * io.anabranch.transforms.epoch.RowWindows} because it groups rows by the windows they are in.
 */
package io.anabranch.transforms.epoch;
