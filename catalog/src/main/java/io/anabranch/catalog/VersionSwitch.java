/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog;

import java.util.OptionalLong;

/**
 * A promotion or a roll-back of one view in Kappa.
 *
 * @param view the view's name
 * @param from the version that is live until then, empty if none is
 * @param to the candidate, or the previous version
 */
public record VersionSwitch(String view, OptionalLong from, long to) {}
