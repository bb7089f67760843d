/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.contracts.store;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;

import io.anabranch.api.spi.store.StoreException;
import io.anabranch.api.spi.store.StoreException.Code;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.contracts.store.FaultInjectingStore.Call;
import io.anabranch.contracts.store.FaultInjectingStore.Faults;
import java.time.Clock;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A store without faults keeps the contract; one with faults loses nothing. */
class FaultInjectingStoreTest extends ViewStoreContract {
  @Override
  protected ViewStore open(Clock clock) {
    return new FaultInjectingStore(new InMemoryStore(clock), new Faults() {});
  }

  /** Calls fail at random, before or after they are done, as if a connection broke. */
  @Test
  void answersEqualTheFoldWhileCallsFail() {
    long answers = 0;
    AtomicLong failures = new AtomicLong();
    for (long seed = 1; seed <= 30; seed++) {
      Clock clock = Clock.systemUTC();
      Broken faults = new Broken(new Random(-seed), failures);
      CatalogHistory history =
          new CatalogHistory(
              new FaultInjectingStore(new InMemoryStore(clock), faults), clock, seed);
      Random random = new Random(seed);
      try {
        for (int step = 0; step < 300; step++) {
          history.step(random);
        }
        faults.over = true;
        history.end();
      } catch (AssertionError e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
      answers += history.answers();
    }

    assertThat(answers, greaterThan(500L));
    assertThat(failures.get(), greaterThan(500L));
  }

  private static final class Broken implements Faults {
    private final Random random;
    private final AtomicLong failures;
    private boolean over;

    Broken(Random random, AtomicLong failures) {
      this.random = random;
      this.failures = failures;
    }

    @Override
    public void before(Call call, String detail) {
      fail(call);
    }

    @Override
    public void after(Call call, String detail) {
      fail(call);
    }

    private void fail(Call call) {
      if (!over && random.nextInt(40) == 0) {
        failures.incrementAndGet();
        throw new StoreException(Code.FAILED, call + " failed");
      }
    }
  }
}
