/**
 * Pure functions from one document to the next, each with its preconditions: {@link
 * io.anabranch.catalog.transition.BatchTransitions}, {@link
 * io.anabranch.catalog.transition.StreamTransitions} and {@link
 * io.anabranch.catalog.transition.VersionTransitions}. {@link
 * io.anabranch.catalog.transition.Compatibility} is the only judge of whether stored rows fit a
 * definition, a log and an architecture.
 */
package io.anabranch.catalog.transition;
