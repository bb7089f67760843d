/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.contracts.store;

import io.anabranch.api.spi.store.ViewStore;
import java.time.Clock;

class InMemoryStoreTest extends ViewStoreContract {
  @Override
  protected ViewStore open(Clock clock) {
    return new InMemoryStore(clock);
  }
}
