/**
 * What an author of views writes and reads.
 *
 * <p>Start at {@link io.anabranch.api.Application}: it names the format of the events and the
 * {@link io.anabranch.api.MaterializedView views} over them. {@link io.anabranch.api.EventFormat}
 * says how a record of the log becomes an event; {@link io.anabranch.api.CombinedView} is the kind
 * of view that ends in one {@code CombineFn}, {@link io.anabranch.api.WindowedView} the kind that
 * is any transform with windows of its own, {@link io.anabranch.api.Timeliness} what it says of
 * late events. {@link io.anabranch.api.Answer} and {@link io.anabranch.api.Provenance} are what a
 * query returns. {@link io.anabranch.api.Epochs} and {@link io.anabranch.api.EpochRange} are the
 * words of the line between the layers; {@link io.anabranch.api.KeyText} is the readable form of a
 * key; {@link io.anabranch.api.UserException} carries errors that a person can mend.
 */
package io.anabranch.api;
