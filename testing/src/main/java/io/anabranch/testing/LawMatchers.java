/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing;

import io.anabranch.testing.internal.laws.CombineLaws;
import java.util.List;
import java.util.Optional;
import org.apache.beam.sdk.coders.CannotProvideCoderException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.util.CoderUtils;
import org.hamcrest.Description;
import org.hamcrest.Matcher;
import org.hamcrest.TypeSafeDiagnosingMatcher;

/** Hamcrest matchers for combine functions. */
public final class LawMatchers {
  private LawMatchers() {}

  /**
   * Matches a combine function that keeps its laws on some contributions: it is commutative and
   * associative, an empty accumulator changes nothing, {@code extractOutput} changes nothing and
   * gives out nothing that changes, what was merged does not change any more, and accumulators
   * survive their coder, which encodes one always in one way.
   *
   * @param coder of the contributions
   * @param contributions to one row, two or more
   * @throws IllegalArgumentException if there are fewer
   */
  public static <V, A, O> Matcher<CombineFn<V, A, O>> keepsItsLaws(
      Coder<V> coder, List<V> contributions) {
    return keepsItsLaws(coder, contributions, 0);
  }

  /**
   * Matches a combine function that keeps its laws on some contributions, but for an error.
   *
   * @param coder of the contributions
   * @param contributions to one row, two or more
   * @param within the relative difference of numbers that does not count, 0 to 1; for a sketch, its
   *     stated error
   * @throws IllegalArgumentException if there are fewer contributions, or {@code within} is not
   *     from 0 to 1
   */
  public static <V, A, O> Matcher<CombineFn<V, A, O>> keepsItsLaws(
      Coder<V> coder, List<V> contributions, double within) {
    if (contributions.size() < 2) {
      throw new IllegalArgumentException(
          "contributions are " + contributions + ": laws are of two or more, so give more");
    }
    Equivalence.checkWithin(within);
    return new TypeSafeDiagnosingMatcher<>(CombineFn.class) {
      @Override
      protected boolean matchesSafely(CombineFn<V, A, O> function, Description mismatch) {
        Optional<String> broken =
            CombineLaws.broken(
                function,
                accumulatorCoder(function, coder),
                () -> contributions.stream().map(each -> copy(coder, each)).toList(),
                within,
                contributions.size());
        broken.ifPresent(mismatch::appendText);
        return broken.isEmpty();
      }

      @Override
      public void describeTo(Description description) {
        description.appendText("a combine function that keeps its laws");
      }
    };
  }

  private static <V, A> Coder<A> accumulatorCoder(CombineFn<V, A, ?> function, Coder<V> coder) {
    try {
      return function.getAccumulatorCoder(CoderRegistry.createDefault(), coder);
    } catch (CannotProvideCoderException e) {
      throw new IllegalArgumentException(
          function + " has no accumulator coder: let getAccumulatorCoder return one", e);
    }
  }

  private static <V> V copy(Coder<V> coder, V contribution) {
    try {
      return CoderUtils.clone(coder, contribution);
    } catch (CoderException e) {
      throw new IllegalArgumentException(coder + " cannot encode " + contribution, e);
    }
  }
}
