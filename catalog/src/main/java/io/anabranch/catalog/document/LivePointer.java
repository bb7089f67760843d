/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog.document;

import io.anabranch.api.Architecture;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.LongStream;

/** Names the versions of a view by their roles. */
public sealed interface LivePointer {
  /** Returns the pointer of a view of which nothing is live yet. */
  static LivePointer none() {
    return new Lambda(OptionalLong.empty(), OptionalLong.empty());
  }

  /**
   * Batch and speed versions, merged when they are read.
   *
   * @param batch the batch version, empty before the first batch run
   * @param speed the speed version, empty before the first speed run
   */
  record Lambda(OptionalLong batch, OptionalLong speed) implements LivePointer {
    @Override
    public Architecture architecture() {
      return Architecture.LAMBDA;
    }

    @Override
    public List<Long> live() {
      return present(batch, speed);
    }

    @Override
    public Lambda without(long version) {
      return new Lambda(other(batch, version), other(speed, version));
    }
  }

  /**
   * One live version, and those that it may be exchanged for.
   *
   * @param version the live version, empty before the first backfill is complete
   * @param previous the version to roll back to
   * @param candidate the version that a replay computes
   */
  record Kappa(OptionalLong version, OptionalLong previous, OptionalLong candidate)
      implements LivePointer {
    @Override
    public Architecture architecture() {
      return Architecture.KAPPA;
    }

    @Override
    public List<Long> live() {
      return present(version);
    }

    @Override
    public Kappa without(long gone) {
      return new Kappa(other(version, gone), other(previous, gone), other(candidate, gone));
    }
  }

  /** Returns the architecture of the versions. */
  Architecture architecture();

  /** Returns the versions that queries read, none or one or two. */
  List<Long> live();

  /** Returns the same pointer without a version. */
  LivePointer without(long version);

  private static List<Long> present(OptionalLong... versions) {
    return List.of(versions).stream().flatMapToLong(OptionalLong::stream).boxed().toList();
  }

  private static OptionalLong other(OptionalLong version, long gone) {
    return version.isPresent() && version.getAsLong() == gone ? OptionalLong.empty() : version;
  }

  /** Returns the roles other than live: the previous version and the candidate. */
  default LongStream waiting() {
    return LongStream.concat(previous().stream(), candidate().stream());
  }

  /** Returns the version to roll back to, which only Kappa has. */
  default OptionalLong previous() {
    return OptionalLong.empty();
  }

  /** Returns the version that a replay computes, which only Kappa has. */
  default OptionalLong candidate() {
    return OptionalLong.empty();
  }
}
