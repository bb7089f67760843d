/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.trial;

import io.anabranch.api.UserException;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.ViewStore;
import io.anabranch.api.spi.ViewStoreProvider;
import io.anabranch.api.spi.ViewStores;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A store at {@code dying:URL} is that at the URL. It can be told to die at a write: then neither
 * that nor any later call comes through, as if all processes that use it were killed, until it is
 * revived.
 */
public final class DyingStoreProvider implements ViewStoreProvider {
  static final String SCHEME = "dying:";

  /** How many writes are left, by URL. */
  private static final Map<String, AtomicInteger> LIVES = new ConcurrentHashMap<>();

  /** Lets a store die when rows are written to it for the so many-th time from now on. */
  static void dieAt(String url, int write) {
    LIVES.put(url, new AtomicInteger(write));
  }

  /** Lets it live; returns whether it had died. */
  static boolean revive(String url) {
    AtomicInteger lives = LIVES.remove(url);
    return lives != null && lives.get() <= 0;
  }

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
    return ViewStores.exists(inner(settings));
  }

  @Override
  public ViewStore open(Settings settings) {
    String url = settings.get("url").orElseThrow();
    ViewStore store = ViewStores.open(inner(settings));
    return (ViewStore)
        Proxy.newProxyInstance(
            DyingStoreProvider.class.getClassLoader(),
            new Class<?>[] {ViewStore.class},
            (proxy, method, arguments) -> call(url, store, method, arguments));
  }

  private static Settings inner(Settings settings) {
    String url = settings.get("url").orElseThrow().substring(SCHEME.length());
    return new Settings(Map.of("url", url));
  }

  private static Object call(String url, ViewStore store, Method method, Object[] arguments)
      throws Throwable {
    AtomicInteger lives = LIVES.get(url);
    if (lives != null && !method.getName().equals("close")) {
      int left = method.getName().startsWith("write") ? lives.decrementAndGet() : lives.get();
      if (left <= 0) {
        throw new UserException("the script lets the run die here");
      }
    }
    try {
      return method.invoke(store, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
