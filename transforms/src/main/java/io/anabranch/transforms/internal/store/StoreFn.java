/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.store;

import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.api.spi.store.ViewStores;
import io.anabranch.transforms.internal.store.StoreGuard.Effort;
import java.util.function.Consumer;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.transforms.DoFn;

/**
 * Has the store open while it lives. While the store cannot take what it is given, it waits, as
 * {@link StoreGuard} says; what follows the log does not end for that. Metrics: {@code
 * store-retries}, {@code store-wait-millis}, {@code store-breaker-opened}.
 */
public abstract class StoreFn<I, O> extends DoFn<I, O> {
  private static final long serialVersionUID = 1L;

  private final Counter retries = Metrics.counter("io.anabranch", "store-retries");
  private final Counter waitMillis = Metrics.counter("io.anabranch", "store-wait-millis");
  private final Counter breakerOpened = Metrics.counter("io.anabranch", "store-breaker-opened");
  private final Settings settings;
  private transient StoreGuard guard;
  private transient ViewStore store;

  protected StoreFn(Settings settings) {
    this.settings = settings;
  }

  /** Does something with the store; it may be begun several times, and is done once. */
  protected final void toStore(Consumer<ViewStore> work) {
    Effort effort = guard.run(() -> work.accept(store));
    if (effort.retries() > 0) {
      retries.inc(effort.retries());
      waitMillis.inc(effort.waited().toMillis());
      breakerOpened.inc(effort.opened());
    }
  }

  @Setup
  public void setup() {
    guard = StoreGuard.of(settings);
    store = guard.get(() -> ViewStores.open(settings)).result();
  }

  @Teardown
  public void teardown() {
    if (store != null) {
      store.close();
      store = null;
    }
  }
}
