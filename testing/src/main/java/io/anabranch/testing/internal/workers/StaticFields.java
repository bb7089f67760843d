/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.internal.workers;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.runners.TransformHierarchy.Node;
import org.apache.beam.sdk.transforms.ParDo;

/**
 * Static fields of an author's classes that may change: all workers of a process share them, and
 * those of others do not.
 */
public final class StaticFields {
  private static final List<String> OTHERS =
      List.of(
          "java.",
          "javax.",
          "jdk.",
          "org.apache.beam.",
          "org.joda.",
          "io.anabranch.testing.internal.trial.",
          "io.anabranch.testing.internal.workers.");
  private static final List<Class<?>> CHANGEABLE =
      List.of(
          Collection.class,
          Map.class,
          AtomicBoolean.class,
          AtomicInteger.class,
          AtomicLong.class,
          AtomicReference.class,
          LongAdder.class);
  private static final String LAMBDA = "$$Lambda";

  private StaticFields() {}

  /** Returns those of the functions and transforms of a pipeline, as {@code Class.field}. */
  public static Set<String> of(Pipeline pipeline, Class<?>... further) {
    Set<Class<?>> classes = new java.util.LinkedHashSet<>(List.of(further));
    pipeline.traverseTopologically(
        new Pipeline.PipelineVisitor.Defaults() {
          @Override
          public CompositeBehavior enterCompositeTransform(Node node) {
            if (node.getTransform() != null) {
              add(classes, node.getTransform());
            }
            return CompositeBehavior.ENTER_TRANSFORM;
          }

          @Override
          public void visitPrimitiveTransform(Node node) {
            add(classes, node.getTransform());
            if (node.getTransform() instanceof ParDo.MultiOutput<?, ?> parDo) {
              add(classes, parDo.getFn());
            }
          }
        });
    Set<String> fields = new TreeSet<>();
    classes.forEach(type -> addFields(fields, type));
    return fields;
  }

  /** An object's class, and those of what it holds, such as the function of {@code MapElements}. */
  private static void add(Set<Class<?>> classes, Object object) {
    classes.add(object.getClass());
    for (Class<?> type = object.getClass(); type != null; type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
          value(field, object).forEach(value -> classes.add(value.getClass()));
        }
      }
    }
  }

  private static Stream<Object> value(Field field, Object object) {
    try {
      field.setAccessible(true);
      return Stream.ofNullable(field.get(object));
    } catch (ReflectiveOperationException | RuntimeException e) {
      return Stream.empty(); // of a module that is closed to us
    }
  }

  private static void addFields(Set<String> fields, Class<?> type) {
    for (Class<?> each = host(type); each != null; each = each.getEnclosingClass()) {
      String name = each.getName();
      if (OTHERS.stream().anyMatch(name::startsWith)) {
        return;
      }
      for (Field field : each.getDeclaredFields()) {
        if (isChangeable(field)) {
          fields.add(each.getSimpleName() + "." + field.getName());
        }
      }
    }
  }

  /** Returns the class that a lambda stands in. */
  private static Class<?> host(Class<?> type) {
    int lambda = type.getName().indexOf(LAMBDA);
    if (lambda < 0) {
      return type;
    }
    try {
      return Class.forName(type.getName().substring(0, lambda), false, type.getClassLoader());
    } catch (ClassNotFoundException e) {
      return type;
    }
  }

  private static boolean isChangeable(Field field) {
    if (!Modifier.isStatic(field.getModifiers()) || field.isSynthetic()) {
      return false;
    }
    return !Modifier.isFinal(field.getModifiers())
        || (CHANGEABLE.stream().anyMatch(type -> type.isAssignableFrom(field.getType()))
            && !value(field, field.getDeclaringClass())
                .allMatch(
                    value -> value.getClass().getName().startsWith("java.util.ImmutableColl")));
  }
}
