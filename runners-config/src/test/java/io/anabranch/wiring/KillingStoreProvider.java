/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.ViewStore;
import io.anabranch.api.spi.ViewStoreProvider;
import io.anabranch.api.spi.ViewStores;
import io.anabranch.wiring.KilledRun.Moment;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** A store at {@code killing:URL} is that at the URL; it kills its process at one of its calls. */
public final class KillingStoreProvider implements ViewStoreProvider {
  static final String METHOD = "anabranch.kill.method";
  static final String CALL = "anabranch.kill.call";
  static final String MOMENT = "anabranch.kill.moment";
  static final String DELAY = "anabranch.kill.delay";
  private static final String SCHEME = "killing:";
  private static final AtomicInteger CALLS = new AtomicInteger();

  @Override
  public String scheme() {
    return SCHEME;
  }

  @Override
  public Set<String> settings() {
    return Set.of();
  }

  @Override
  public List<String> check(Settings settings) {
    return List.of();
  }

  @Override
  public boolean exists(Settings settings) {
    return true;
  }

  @Override
  public ViewStore open(Settings settings) {
    String url = settings.get("url").orElseThrow().substring(SCHEME.length());
    ViewStore store = ViewStores.open(new Settings(Map.of("url", url)));
    return (ViewStore)
        Proxy.newProxyInstance(
            KillingStoreProvider.class.getClassLoader(),
            new Class<?>[] {ViewStore.class},
            (proxy, method, arguments) -> call(store, method, arguments));
  }

  private static Object call(ViewStore store, Method method, Object[] arguments) throws Throwable {
    boolean here =
        method.getName().equals(System.getProperty(METHOD))
            && CALLS.incrementAndGet() == Integer.getInteger(CALL);
    Moment moment = Moment.valueOf(System.getProperty(MOMENT));
    if (here && moment == Moment.BEFORE) {
      kill();
      LockSupport.park();
    }
    if (here && moment == Moment.DURING) {
      Thread killer = new Thread(KillingStoreProvider::killAfterDelay);
      killer.start();
    }
    Object result;
    try {
      result = method.invoke(store, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
    if (here && moment == Moment.AFTER) {
      kill();
      LockSupport.park();
    }
    return result;
  }

  private static void killAfterDelay() {
    LockSupport.parkNanos(Long.getLong(DELAY) * 1_000);
    kill();
  }

  private static void kill() {
    try {
      new ProcessBuilder("kill", "-9", Long.toString(ProcessHandle.current().pid())).start();
    } catch (IOException e) {
      Runtime.getRuntime().halt(1);
    }
  }
}
