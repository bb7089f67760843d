/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.spi.store;

import io.anabranch.api.spi.row.Reconciliation;
import java.util.Optional;

/** What comparisons of batch rows with those before them found. */
public interface ReportStore {
  /** Adds a reconciliation. */
  void add(Reconciliation reconciliation);

  /** Returns the last reconciliation of a view. */
  Optional<Reconciliation> last(String view);
}
