/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.serving;

import io.anabranch.api.UsageException;
import io.anabranch.api.definition.ViewDefinition;
import java.lang.reflect.TypeVariable;
import org.apache.beam.sdk.values.TypeDescriptor;

/** The types of keys and values that a reader expects of a view. */
final class RowTypes<K, O> {
  private final Class<K> key;
  private final Class<O> value;

  private RowTypes(Class<K> key, Class<O> value) {
    this.key = key;
    this.value = value;
  }

  static <K, O> RowTypes<K, O> of(Class<K> key, Class<O> value) {
    return new RowTypes<>(key, value);
  }

  /**
   * Returns the view as one of these types.
   *
   * @throws UsageException if its coder or its combine function says that it is of others
   */
  @SuppressWarnings("unchecked") // what is known of the types was compared
  <A> ViewDefinition<?, K, ?, A, O> require(ViewDefinition<?, ?, ?, A, ?> view) {
    compare(view.name(), "keys", view.keyCoder().getEncodedTypeDescriptor(), key);
    compare(view.name(), "values", view.combineFn().getOutputType(), value);
    return (ViewDefinition<?, K, ?, A, O>) view;
  }

  private static void compare(
      String view, String what, TypeDescriptor<?> actual, Class<?> expected) {
    boolean known = !(actual.getType() instanceof TypeVariable<?>);
    if (known && !expected.isAssignableFrom(actual.getRawType())) {
      throw new UsageException(
          "view \"%s\" has %s of %s, not of %s: pass the class that the view has"
              .formatted(view, what, actual, expected.getName()));
    }
  }
}
