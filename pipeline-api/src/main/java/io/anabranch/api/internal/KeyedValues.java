/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.internal;

import static io.anabranch.api.internal.Arguments.requireGiven;

import java.util.Optional;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.apache.beam.sdk.values.TypeDescriptors;

/**
 * Maps each event to one contribution, by a function for its key and one for its value. The coders
 * are Beam's for the types that the functions return, as far as they show them.
 *
 * @param <E> the event
 * @param <K> the key
 * @param <V> the value
 */
public final class KeyedValues<E, K, V> extends PTransform<PCollection<E>, PCollection<KV<K, V>>> {
  private static final long serialVersionUID = 1L;

  private final transient SerializableFunction<? super E, K> key;
  private final transient SerializableFunction<? super E, V> value;

  private KeyedValues(
      SerializableFunction<? super E, K> key, SerializableFunction<? super E, V> value) {
    this.key = requireGiven(key, "key");
    this.value = requireGiven(value, "value");
  }

  /** Maps by these functions, which return no null. */
  public static <E, K, V> KeyedValues<E, K, V> of(
      SerializableFunction<? super E, K> key, SerializableFunction<? super E, V> value) {
    return new KeyedValues<>(key, value);
  }

  @Override
  public PCollection<KV<K, V>> expand(PCollection<E> events) {
    PCollection<KV<K, V>> contributions =
        events.apply("KeyedValue", ParDo.of(new KeyedValueFn<>(key, value)));
    Optional<TypeDescriptor<K>> keyType = OutputType.of(key);
    Optional<TypeDescriptor<V>> valueType = OutputType.of(value);
    return keyType.isPresent() && valueType.isPresent()
        ? contributions.setTypeDescriptor(TypeDescriptors.kvs(keyType.get(), valueType.get()))
        : contributions;
  }

  private static final class KeyedValueFn<E, K, V> extends DoFn<E, KV<K, V>> {
    private static final long serialVersionUID = 1L;

    private final SerializableFunction<? super E, K> key;
    private final SerializableFunction<? super E, V> value;

    KeyedValueFn(SerializableFunction<? super E, K> key, SerializableFunction<? super E, V> value) {
      this.key = key;
      this.value = value;
    }

    @ProcessElement
    public void process(@Element E event, OutputReceiver<KV<K, V>> out) {
      K keyed = key.apply(event);
      V contributed = value.apply(event);
      if (keyed == null || contributed == null) {
        throw new IllegalArgumentException(
            "the function for the %s of a contribution returned null. Return one for each event; where some events contribute nothing, pass a transform to contributions(...)"
                .formatted(keyed == null ? "key" : "value"));
      }
      out.output(KV.of(keyed, contributed));
    }
  }
}
