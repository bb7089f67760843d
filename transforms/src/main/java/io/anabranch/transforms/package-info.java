/**
 * Ready combine functions for the views of an application, and the decoding of its records.
 *
 * <p>Authors start at {@link io.anabranch.transforms.Sum}, {@link io.anabranch.transforms.Counts}
 * or {@link io.anabranch.transforms.Distinct}: each is public because they name it in {@code
 * combine(...)}. Every function here is commutative and associative, names the coder of its
 * accumulator, and answers the same however its input was divided and merged.
 *
 * <p>{@link io.anabranch.transforms.Decode} and its output {@link io.anabranch.transforms.Decoded}
 * are public because wiring begins every pipeline with them.
 */
package io.anabranch.transforms;
