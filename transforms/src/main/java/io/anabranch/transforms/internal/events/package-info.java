/**
 * The path from records of the log to events: start at {@link
 * io.anabranch.transforms.internal.events.Decode}, which routes records that fail to dead letters.
 * {@link io.anabranch.transforms.internal.events.EventsAfter} and {@link
 * io.anabranch.transforms.internal.events.TimelyEvents} hand the events to views; {@link
 * io.anabranch.transforms.internal.events.RecordException} says on which record an author's code
 * failed.
 */
package io.anabranch.transforms.internal.events;
