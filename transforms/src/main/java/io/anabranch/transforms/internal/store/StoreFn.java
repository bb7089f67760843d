/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.store;

import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.api.spi.store.RunProgress;
import io.anabranch.api.spi.store.StoreException;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.api.spi.store.ViewStores;
import io.anabranch.transforms.internal.store.StoreGuard.Effort;
import java.lang.System.Logger.Level;
import java.util.Collection;
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
  private static final System.Logger LOG = System.getLogger(StoreFn.class.getName());

  private final Counter retries = Metrics.counter("io.anabranch", "store-retries");
  private final Counter waitMillis = Metrics.counter("io.anabranch", "store-wait-millis");
  private final Counter breakerOpened = Metrics.counter("io.anabranch", "store-breaker-opened");
  private final Settings settings;
  private final long run; // 0 for none
  private transient StoreGuard guard;
  private transient ViewStore store;

  /**
   * Creates one.
   *
   * @param settings those of the store
   * @param slices what is written meanwhile, all by one run
   */
  protected StoreFn(Settings settings, Collection<OpenSlice> slices) {
    this.settings = settings;
    this.run = slices.stream().mapToLong(OpenSlice::run).findFirst().orElse(0);
  }

  /** Does something with the store; it may be begun several times, and is done once. */
  protected final void toStore(Consumer<ViewStore> work) {
    Effort effort = guard.run(() -> work.accept(store));
    if (effort.retries() > 0) {
      retries.inc(effort.retries());
      waitMillis.inc(effort.waited().toMillis());
      breakerOpened.inc(effort.opened());
      record(new RunProgress.Waits(effort.retries(), effort.waited(), effort.opened()));
    }
  }

  /** The store is back, and what is recorded is for people: if it fails, nothing else does. */
  private void record(RunProgress.Waits waits) {
    try {
      store.progress().addWaits(run, waits);
    } catch (StoreException e) {
      LOG.log(Level.DEBUG, "not recorded: {0}", e.getMessage());
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
