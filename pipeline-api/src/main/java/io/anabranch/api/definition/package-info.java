/**
 * Views that passed the checks of their graphs.
 *
 * <p>Start at {@link io.anabranch.api.definition.LoadedApplication}: it makes an application and
 * checks its views by {@link io.anabranch.api.definition.ViewDefinition#of}, which expands an
 * author's transform, refuses what cannot be exact, and finds the coders. {@link
 * io.anabranch.api.definition.CombinedDefinition} and {@link
 * io.anabranch.api.definition.WindowedDefinition} are what pipelines and readers work with; {@link
 * io.anabranch.api.definition.Fingerprint} is what stored rows depend on.
 */
package io.anabranch.api.definition;
