/**
 * Combine functions that Beam lacks.
 *
 * <p>Beam's own {@code Sum}, {@code Count}, {@code Min}, {@code Max}, {@code Mean}, {@code Top} and
 * {@code ApproximateQuantiles} work in a view as they are. {@link
 * io.anabranch.transforms.DistinctCount} counts distinct values by a sketch whose answer does not
 * depend on how its input was divided and merged.
 */
package io.anabranch.transforms;
