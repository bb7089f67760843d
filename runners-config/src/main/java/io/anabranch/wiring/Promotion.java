/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring;

import io.anabranch.api.Architecture;
import io.anabranch.api.Tolerance;
import io.anabranch.api.UserException;
import io.anabranch.api.ViewDefinition;
import io.anabranch.api.spi.LivePointer;
import io.anabranch.api.spi.VersionSwitch;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Puts candidates of Kappa in the place of what answers, all views together or none, if their rows
 * agree; and former versions back.
 */
public final class Promotion {
  /**
   * Versions that were given up.
   *
   * @param versions their numbers
   * @param rows how many rows were removed
   */
  public record Retired(List<Long> versions, long rows) {
    /** Copies the versions. */
    public Retired {
      versions = List.copyOf(versions);
    }
  }

  /** A comparison says that candidates are not to be promoted; trying again changes nothing. */
  static final class RefusedException extends UserException {
    private static final long serialVersionUID = 1L;

    private RefusedException(String message) {
      super(message);
    }
  }

  /**
   * How long to wait, by default, for a candidate that is being run to read the last records, and
   * then as long again, at most, for it to store their rows.
   */
  public static final Duration PATIENCE = Duration.ofSeconds(5);

  private Promotion() {}

  /**
   * Promotes candidates.
   *
   * @param views their views, empty for all that have one
   * @param tolerances by the name of a view
   * @param force whether to promote also what differs too much, and what has read less of the epoch
   *     that is open
   * @param patience how long to wait for a candidate to read as far as what answers has by now, and
   *     then, at most, for its run to store that
   * @return how the candidates compare with what answered before
   * @throws UserException if there is no candidate, or one has not caught up, differs too much, or
   *     could not be compared though its definition is the same
   */
  public static <E> List<VersionComparison> promote(
      RunContext<E> context,
      Collection<String> views,
      Function<String, Tolerance> tolerances,
      boolean force,
      Duration patience) {
    Map<String, LivePointer> pointers =
        having(
            context,
            views,
            LivePointer::candidate,
            "candidate: compute one, with \"anabranch replay\"");
    List<VersionComparison> comparisons = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    check(
        pointers.values().stream()
            .filter(pointer -> !isWhole(context, pointer.candidate().orElseThrow()))
            .map(
                pointer ->
                    "view \""
                        + pointer.view()
                        + "\": the replay of version "
                        + pointer.candidate().getAsLong()
                        + " is within the history still, or died there")
            .toList(),
        "Let it go on, or replay again");
    for (LivePointer pointer : pointers.values()) {
      Tolerance tolerance = tolerances.apply(pointer.view());
      VersionComparison comparison =
          VersionComparison.of(
              context,
              context.application().view(pointer.view()),
              pointer.base().orElseThrow(),
              pointer.candidate().orElseThrow(),
              tolerance.equalWithin());
      comparisons.add(comparison);
      problem(comparison, tolerance).ifPresent(problems::add);
    }
    if (!force) {
      if (!problems.isEmpty()) {
        throw new RefusedException(
            nothingPromoted(
                problems,
                comparisons.stream().noneMatch(each -> each.result().different() > 0)
                    ? "Then promote again; or promote what was not compared with --force"
                    : "See \"anabranch compare\"; if the difference is intended, raise the view's"
                        + " revision in the code and replay, or promote with --force"));
      }
      check(
          pointers.values().stream()
              .map(pointer -> unread(context, pointer, patience))
              .flatMap(Optional::stream)
              .toList(),
          "Let their replay go on, or \"anabranch run --role candidate\"");
      CatchUp.awaitStored(
          context,
          pointers.values().stream().map(pointer -> pointer.candidate().orElseThrow()).toList(),
          patience);
    }
    context.store().switchTo(switches(pointers, LivePointer::candidate));
    return comparisons;
  }

  /** Whether a version's history is there, so that a run may follow the log from it. */
  static boolean isWhole(RunContext<?> context, long version) {
    return context
        .store()
        .version(version)
        .filter(
            state -> state.slices().stream().anyMatch(slice -> slice.through() == Long.MAX_VALUE))
        .isPresent();
  }

  private static void check(List<String> problems, String advice) {
    if (!problems.isEmpty()) {
      throw new UserException(nothingPromoted(problems, advice));
    }
  }

  private static String nothingPromoted(List<String> problems, String advice) {
    return "nothing was promoted: " + String.join("; ", problems) + ". " + advice;
  }

  /** Epochs that are open are not compared; but answers must not go back there. */
  private static Optional<String> unread(
      RunContext<?> context, LivePointer pointer, Duration patience) {
    long live = pointer.base().orElseThrow();
    long candidate = pointer.candidate().orElseThrow();
    long bytes = CatchUp.await(context, candidate, live, patience);
    return bytes == 0
        ? Optional.empty()
        : Optional.of(
            String.format(
                "view \"%s\": version %d has read %,d bytes of the log less than version %d, that"
                    + " answers",
                pointer.view(), candidate, bytes, live));
  }

  /** Returns why a candidate may not be promoted, if so. */
  private static Optional<String> problem(VersionComparison comparison, Tolerance tolerance) {
    if (!comparison.changes().isEmpty()) {
      return Optional.empty(); // the author says that it differs
    }
    String versions =
        "view \""
            + comparison.view()
            + "\": version "
            + comparison.other()
            + " against version "
            + comparison.live();
    if (comparison.skipped().isPresent()) {
      return Optional.of(versions + " was not compared, as " + comparison.skipped().get());
    }
    long rows = comparison.result().rows();
    long different = comparison.result().different();
    return different <= tolerance.maxDifferingRows() * rows
        ? Optional.empty()
        : Optional.of(
            String.format(
                "%s differs in %,d of %,d rows, and %s may differ (promotion.maxDifferingRows)",
                versions, different, rows, percent(tolerance.maxDifferingRows())));
  }

  private static String percent(double share) {
    return share == 0
        ? "none"
        : BigDecimal.valueOf(share).movePointRight(2).stripTrailingZeros().toPlainString() + "%";
  }

  /**
   * Puts former versions back; what answered before becomes the former version.
   *
   * @param views their views, empty for all that have one
   * @return what was moved
   * @throws UserException if there is no former version
   */
  public static List<VersionSwitch> rollback(RunContext<?> context, Collection<String> views) {
    List<VersionSwitch> switches =
        switches(
            having(
                context,
                views,
                LivePointer::former,
                "former version: it was never promoted over, or that one was retired"),
            LivePointer::former);
    context.store().switchTo(switches);
    return switches;
  }

  /**
   * Gives versions up, and removes their rows.
   *
   * @param views the views whose former versions to retire, empty for all that have one
   * @param versions these versions instead, if there are any
   * @return what was removed
   */
  public static Retired retire(
      RunContext<?> context, Collection<String> views, Collection<Long> versions) {
    Collection<Long> given = versions;
    if (given.isEmpty()) {
      given =
          having(context, views, LivePointer::former, "former version to retire").values().stream()
              .map(pointer -> pointer.former().orElseThrow())
              .toList();
    }
    requireKappa(context);
    return new Retired(List.copyOf(given), context.store().retire(given));
  }

  /** Returns the pointers of views of Kappa that have a version in a role. */
  private static Map<String, LivePointer> having(
      RunContext<?> context,
      Collection<String> views,
      Function<LivePointer, OptionalLong> role,
      String what) {
    Map<String, LivePointer> pointers = new TreeMap<>();
    views.forEach(context.application()::view);
    requireKappa(context);
    for (ViewDefinition<?, ?, ?, ?, ?> view : context.application().views()) {
      context
          .store()
          .pointer(view.name())
          .filter(pointer -> pointer.architecture() == Architecture.KAPPA)
          .filter(pointer -> views.isEmpty() || views.contains(view.name()))
          .filter(pointer -> role.apply(pointer).isPresent())
          .ifPresent(pointer -> pointers.put(view.name(), pointer));
    }
    for (String view : views) {
      if (!pointers.containsKey(view)) {
        throw new UserException("view \"" + view + "\" has no " + what);
      }
    }
    if (pointers.isEmpty()) {
      throw new UserException("no view has a " + what);
    }
    return pointers;
  }

  /**
   * Fails if the store answers by Lambda.
   *
   * @throws UserException if so
   */
  public static void requireKappa(RunContext<?> context) {
    boolean isLambda =
        context.application().views().stream()
            .map(view -> context.store().pointer(view.name()))
            .flatMap(Optional::stream)
            .anyMatch(pointer -> pointer.architecture() == Architecture.LAMBDA);
    if (isLambda) {
      throw new UserException(
          "the store answers by Lambda, and candidates and former versions are of Kappa: move it"
              + " first, with \"anabranch run\" and architecture: kappa");
    }
  }

  private static List<VersionSwitch> switches(
      Map<String, LivePointer> pointers, Function<LivePointer, OptionalLong> to) {
    return pointers.values().stream()
        .map(
            pointer ->
                new VersionSwitch(pointer.view(), pointer.base(), to.apply(pointer).orElseThrow()))
        .toList();
  }
}
