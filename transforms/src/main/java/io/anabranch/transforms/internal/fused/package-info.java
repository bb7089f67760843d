/**
 * Calls plain steps of authors within the step that decodes, so that nothing per event passes
 * through the runner, and an event on which one throws is known: all steps of contributions that
 * are a chain of ordinary {@code ParDo}s, and those that any other transform begins with.
 */
package io.anabranch.transforms.internal.fused;
