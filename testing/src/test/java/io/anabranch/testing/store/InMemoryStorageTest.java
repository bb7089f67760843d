/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.store;

import io.anabranch.api.spi.store.Storage;
import java.time.Clock;

class InMemoryStorageTest extends ViewStoreContract {
  @Override
  protected Storage open(Clock clock) {
    return new InMemoryStorage(clock);
  }
}
