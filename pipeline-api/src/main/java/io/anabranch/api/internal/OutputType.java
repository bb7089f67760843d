/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.api.internal;

import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.MethodType;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.Optional;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.apache.beam.sdk.values.TypeDescriptors;

/**
 * Finds what type a function returns. Of a class, Beam knows it. The compiler erases it from a
 * lambda, but keeps it in the form in which a serializable lambda is written: {@link
 * SerializedLambda}. A method reference names a method, which also knows the arguments of a generic
 * type.
 */
final class OutputType {
  private OutputType() {}

  /** Returns the type; empty if the function hides it, as a lambda of a generic type does. */
  static <T> Optional<TypeDescriptor<T>> of(SerializableFunction<?, T> function) {
    try {
      return Optional.of(
              function.getClass().isSynthetic()
                  ? ofLambda(function)
                  : TypeDescriptors.outputOf(function))
          .filter(OutputType::isKnown);
    } catch (ReflectiveOperationException | RuntimeException e) { // nothing is known then
      return Optional.empty();
    }
  }

  private static boolean isKnown(TypeDescriptor<?> type) {
    boolean raw =
        type.getType() instanceof Class<?> erased && erased.getTypeParameters().length > 0;
    return !raw && !type.hasUnresolvedParameters();
  }

  private static <T> TypeDescriptor<T> ofLambda(SerializableFunction<?, T> function)
      throws ReflectiveOperationException {
    Method replace = function.getClass().getDeclaredMethod("writeReplace");
    replace.setAccessible(true);
    SerializedLambda lambda = (SerializedLambda) replace.invoke(function);
    ClassLoader loader = function.getClass().getClassLoader();
    Class<?> erased =
        MethodType.fromMethodDescriptorString(lambda.getInstantiatedMethodType(), loader)
            .returnType();
    Type type = erased.getTypeParameters().length == 0 ? erased : declared(lambda, loader);
    @SuppressWarnings("unchecked") // the lambda returns what its function type says
    TypeDescriptor<T> known = (TypeDescriptor<T>) TypeDescriptor.of(type);
    return known;
  }

  /** Returns the type as the referenced method declares it; lambdas' own methods are erased. */
  private static Type declared(SerializedLambda lambda, ClassLoader loader)
      throws ReflectiveOperationException {
    Class<?> owner = Class.forName(lambda.getImplClass().replace('/', '.'), false, loader);
    if (lambda.getImplMethodKind() == MethodHandleInfo.REF_newInvokeSpecial) {
      return owner; // a constructor of a generic class: its arguments are not known
    }
    MethodType type =
        MethodType.fromMethodDescriptorString(lambda.getImplMethodSignature(), loader);
    Method method = owner.getDeclaredMethod(lambda.getImplMethodName(), type.parameterArray());
    return method.getGenericReturnType();
  }
}
