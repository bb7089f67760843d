/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.store;

import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.store.StoreException;
import io.anabranch.api.spi.store.StoreException.Code;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.api.spi.store.ViewStores;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.beam.sdk.transforms.DoFn;

/**
 * Has the store open while it lives. While another process locks the store, or its server cannot be
 * reached, it asks again and again; what follows the log does not end for that.
 */
public abstract class StoreFn<I, O> extends DoFn<I, O> {
  private static final long serialVersionUID = 1L;
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final Duration PAUSE = Duration.ofMillis(200);

  private final Settings settings;
  private transient ViewStore store;

  protected StoreFn(Settings settings) {
    this.settings = settings;
  }

  /** Does something with the store; it may be begun several times, and is done once. */
  protected final void toStore(Consumer<ViewStore> work) {
    patiently(
        () -> {
          work.accept(store);
          return store;
        });
  }

  @Setup
  public void setup() {
    store = patiently(() -> ViewStores.open(settings));
  }

  private static ViewStore patiently(Supplier<ViewStore> work) {
    long started = System.nanoTime();
    while (true) {
      try {
        return work.get();
      } catch (StoreException e) {
        boolean isOver = System.nanoTime() - started > PATIENCE.toNanos();
        boolean mayPass = e.code() == Code.LOCKED || e.code() == Code.UNREACHABLE;
        if (!mayPass || isOver || Thread.currentThread().isInterrupted()) {
          throw e;
        }
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  @Teardown
  public void teardown() {
    if (store != null) {
      store.close();
      store = null;
    }
  }
}
