/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.internal;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.junit.jupiter.api.Test;

class OutputTypeTest {

  record Order(String shop, List<String> items) {
    String upperCase() {
      return shop.toUpperCase(java.util.Locale.ROOT);
    }

    static long one(Order order) {
      return 1;
    }

    <T> List<T> unknown() {
      return List.of();
    }
  }

  private static <T> Optional<TypeDescriptor<T>> of(SerializableFunction<Order, T> function) {
    return OutputType.of(function);
  }

  @Test
  void knowsWhatMethodReferencesReturn() {
    assertThat(of(Order::shop), is(Optional.of(TypeDescriptors.strings())));
    assertThat(of(Order::upperCase), is(Optional.of(TypeDescriptors.strings())));
  }

  @Test
  void knowsWhatLambdasReturn() {
    String captured = "x";

    assertThat(of(order -> 1L), is(Optional.of(TypeDescriptors.longs())));
    assertThat(of(order -> order.shop() + captured), is(Optional.of(TypeDescriptors.strings())));
  }

  @Test
  void boxesPrimitiveResults() {
    assertThat(of(Order::one), is(Optional.of(TypeDescriptors.longs())));
  }

  @Test
  void keepsArgumentsOfGenericTypesThatAMethodDeclares() {
    assertThat(of(Order::items), is(Optional.of(TypeDescriptors.lists(TypeDescriptors.strings()))));
  }

  @Test
  void admitsThatErasedTypesAreUnknown() {
    assertThat(of(order -> List.of(order.shop())), is(Optional.empty()));
    assertThat(of(order -> new ArrayList<String>()), is(Optional.empty()));
    assertThat(of(Order::<String>unknown), is(Optional.empty()));
  }

  @Test
  void asksBeamAboutClasses() {
    assertThat(of(new ShopFn()), is(Optional.of(TypeDescriptors.strings())));
    assertThat(of(new HidingFn<String>()), is(Optional.empty()));
  }

  private static final class ShopFn implements SerializableFunction<Order, String> {
    @Override
    public String apply(Order order) {
      return order.shop();
    }
  }

  private static final class HidingFn<T> implements SerializableFunction<Order, List<T>> {
    @Override
    public List<T> apply(Order order) {
      return List.of();
    }
  }
}
