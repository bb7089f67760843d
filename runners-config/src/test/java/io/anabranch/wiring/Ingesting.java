/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import io.anabranch.wiring.Purchases.Purchase;
import java.time.Instant;
import java.util.List;

/** What a random history fills. */
interface Ingesting {
  void ingest(Instant at, List<Purchase> purchases, List<String> brokenLines);

  void closeThrough(Instant time);
}
