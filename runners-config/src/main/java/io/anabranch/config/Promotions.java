/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.config;

import io.anabranch.api.Tolerance;
import java.util.Map;

/**
 * How far candidates of Kappa may be from the live version, to be promoted.
 *
 * @param otherwise for views that are not named
 * @param views by the name of a view
 */
public record Promotions(Tolerance otherwise, Map<String, Tolerance> views) {

  /** Copies the views. */
  public Promotions {
    views = Map.copyOf(views);
  }

  /** Returns the tolerance of a view. */
  public Tolerance of(String view) {
    return views.getOrDefault(view, otherwise);
  }
}
