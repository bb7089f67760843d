/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Tries laws of combine functions ({@code CombineLaws}), and says when values are equal ({@code
 * Values}); public for the kit. Authors use {@link io.anabranch.testing.LawMatchers}.
 */
package io.anabranch.testing.internal.laws;
