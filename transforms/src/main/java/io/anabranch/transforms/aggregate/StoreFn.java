/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.aggregate;

import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.ViewStore;
import io.anabranch.api.spi.ViewStores;
import org.apache.beam.sdk.transforms.DoFn;

/** Has the store open while it lives. */
abstract class StoreFn<I, O> extends DoFn<I, O> {
  private static final long serialVersionUID = 1L;
  private final Settings settings;
  private transient ViewStore store;

  StoreFn(Settings settings) {
    this.settings = settings;
  }

  final ViewStore store() {
    return store;
  }

  @Setup
  public void setup() {
    store = ViewStores.open(settings);
  }

  @Teardown
  public void teardown() {
    if (store != null) {
      store.close();
      store = null;
    }
  }
}
