/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.serving;

import io.anabranch.api.spi.LiveState;
import io.anabranch.api.spi.ReadRequest;
import io.anabranch.api.spi.ViewStore;
import java.lang.reflect.Proxy;
import java.util.Optional;
import java.util.function.Function;

/** Stores that can do nothing but be read, and say what a test has them say. */
final class FakeStore {
  private FakeStore() {}

  /** A store without rows, which answers each request by a function. */
  static ViewStore answering(Function<ReadRequest, LiveState> answer) {
    return (ViewStore)
        Proxy.newProxyInstance(
            FakeStore.class.getClassLoader(),
            new Class<?>[] {ViewStore.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("read")) {
                return Optional.of(answer.apply((ReadRequest) arguments[0]));
              }
              if (method.getName().equals("pointer")) {
                return Optional.empty();
              }
              throw new UnsupportedOperationException(method.getName());
            });
  }
}
