/**
 * The line between the layers as windows: start at {@link
 * io.anabranch.transforms.epoch.EpochWindows}. {@link io.anabranch.transforms.epoch.EpochEvent} is
 * public because decoding makes it, {@link io.anabranch.transforms.epoch.EpochWindow} because
 * aggregation reads the epoch from it.
 */
package io.anabranch.transforms.epoch;
