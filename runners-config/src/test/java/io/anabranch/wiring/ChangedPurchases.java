/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import io.anabranch.api.Application;
import io.anabranch.api.EventFormat;
import io.anabranch.api.MaterializedView;
import io.anabranch.wiring.Purchases.Purchase;
import java.util.List;

/** The combined views of {@link Purchases} by another definition, as their revision says. */
public final class ChangedPurchases implements Application<Purchase> {
  private final Purchases changed = new Purchases(Purchases.WINDOWED_FROM, 2);

  @Override
  public EventFormat<Purchase> events() {
    return changed.events();
  }

  @Override
  public List<MaterializedView<Purchase, ?, ?>> views() {
    return changed.views();
  }
}
