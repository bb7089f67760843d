/**
 * What the API is made of and nobody outside of this project names: it may change in any release.
 *
 * <p>{@link io.anabranch.api.internal.KeyedValues} and {@link io.anabranch.api.internal.WithCoders}
 * are the transforms behind the short forms of {@code contributions}; {@link
 * io.anabranch.api.internal.WindowText} and {@link io.anabranch.api.internal.Excerpt} put windows
 * and long values into words.
 */
package io.anabranch.api.internal;
