/**
 * Calls the plain steps of a view's contributions within the step that decodes: where they are a
 * chain of ordinary {@code ParDo}s, nothing per event passes through the runner.
 */
package io.anabranch.transforms.internal.fused;
