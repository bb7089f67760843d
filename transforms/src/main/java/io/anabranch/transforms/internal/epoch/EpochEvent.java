/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.epoch;

/**
 * An event with what its windows are made from.
 *
 * @param epoch the epoch of its record in the log
 * @param eventTime when it happened, in milliseconds since the epoch of Unix time
 * @param value the author's event
 * @param <E> the author's event
 */
public record EpochEvent<E>(long epoch, long eventTime, E value) {}
