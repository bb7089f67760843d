/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog;

import java.util.OptionalLong;

/**
 * A move of a live pointer in Kappa.
 *
 * @param view the view's name
 * @param from the version that answers until then, empty if none does
 * @param to the candidate, or the former version
 */
public record VersionSwitch(String view, OptionalLong from, long to) {}
