/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.version;

import io.anabranch.api.Architecture;
import io.anabranch.api.Tolerance;
import io.anabranch.api.UserException;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.catalog.VersionSwitch;
import io.anabranch.catalog.ViewState;
import io.anabranch.wiring.RunContext;
import io.anabranch.wiring.RunException;
import io.anabranch.wiring.RunException.Code;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Puts candidates of Kappa in the place of the live version, all views together or none, if their
 * rows agree; and previous versions back.
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

  private Promotion() {}

  /**
   * Promotes candidates.
   *
   * @param views their views, empty for all that have one
   * @param tolerances by the name of a view
   * @param force whether to promote also what differs too much, and what has read less of the epoch
   *     that is open
   * @param gate what candidates wait at, unless {@code force}
   * @return how the candidates compare with the version that was live before
   * @throws UserException if there is no candidate, or one has not caught up, differs too much, or
   *     could not be compared though its definition is the same
   */
  public static <E> List<VersionComparison> promote(
      RunContext<E> context,
      Collection<String> views,
      Function<String, Tolerance> tolerances,
      boolean force,
      PromotionGate gate) {
    Map<String, ViewState> pointers =
        having(context, views, ViewState::candidate, Code.NO_CANDIDATE, "candidate");
    List<VersionComparison> comparisons = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    refuseIf(
        pointers.values().stream()
            .filter(pointer -> !isBackfilled(pointer))
            .map(
                pointer ->
                    "view \"%s\": the backfill of version %d is not complete"
                        .formatted(pointer.view(), pointer.candidate().getAsLong()))
            .toList(),
        Code.BACKFILL_RUNNING);
    for (ViewState pointer : pointers.values()) {
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
      refuseIf(
          problems,
          comparisons.stream().noneMatch(each -> each.result().different() > 0)
              ? Code.CANDIDATE_NOT_COMPARED
              : Code.CANDIDATE_DIFFERS);
      refuseIf(gate.whyClosed(context, pointers.values()), Code.CANDIDATE_BEHIND);
    }
    context.lifecycle().promote(switches(pointers, ViewState::candidate));
    return comparisons;
  }

  private static boolean isBackfilled(ViewState view) {
    return view.catalog().requireVersion(view.candidate().orElseThrow()).following().isPresent();
  }

  /** Returns whether trying again changes nothing: a comparison says no. */
  public static boolean isFinal(UserException refused) {
    return refused instanceof RunException run
        && (run.code() == Code.CANDIDATE_DIFFERS || run.code() == Code.CANDIDATE_NOT_COMPARED);
  }

  private static void refuseIf(List<String> problems, Code code) {
    if (!problems.isEmpty()) {
      throw RunException.of(code, "nothing was promoted: %s", String.join("; ", problems));
    }
  }

  /** Returns why a candidate may not be promoted, if so. */
  private static Optional<String> problem(VersionComparison comparison, Tolerance tolerance) {
    if (!comparison.changes().isEmpty()) {
      return Optional.empty(); // the author says that it differs
    }
    String versions =
        "view \"%s\": version %s against version %s"
            .formatted(comparison.view(), comparison.other(), comparison.live());
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
   * Puts previous versions back; the version that was live becomes the previous one.
   *
   * @param views their views, empty for all that have one
   * @return what was moved
   * @throws UserException if there is no previous version
   */
  public static List<VersionSwitch> rollback(RunContext<?> context, Collection<String> views) {
    List<VersionSwitch> switches =
        switches(
            having(
                context,
                views,
                ViewState::previous,
                Code.NO_PREVIOUS,
                "previous version: it was never promoted over, or that one was retired"),
            ViewState::previous);
    context.lifecycle().promote(switches);
    return switches;
  }

  /**
   * Gives versions up, and removes their rows.
   *
   * @param views the views whose previous versions to retire, empty for all that have one
   * @param versions these versions instead, if there are any
   * @return what was removed
   */
  public static Retired retire(
      RunContext<?> context, Collection<String> views, Collection<Long> versions) {
    Collection<Long> given = versions;
    if (given.isEmpty()) {
      given =
          having(
                  context,
                  views,
                  ViewState::previous,
                  Code.NO_PREVIOUS,
                  "previous version to retire")
              .values()
              .stream()
              .map(pointer -> pointer.previous().orElseThrow())
              .toList();
    }
    requireKappa(context);
    return new Retired(List.copyOf(given), context.lifecycle().retire(given));
  }

  /** Returns the pointers of views of Kappa that have a version in a role. */
  private static Map<String, ViewState> having(
      RunContext<?> context,
      Collection<String> views,
      Function<ViewState, OptionalLong> role,
      Code code,
      String what) {
    Map<String, ViewState> pointers = new TreeMap<>();
    views.forEach(context.application()::view);
    requireKappa(context);
    for (ViewDefinition<?, ?, ?, ?, ?> view : context.application().views()) {
      context
          .catalog()
          .live(view.name())
          .filter(pointer -> pointer.architecture() == Architecture.KAPPA)
          .filter(pointer -> views.isEmpty() || views.contains(view.name()))
          .filter(pointer -> role.apply(pointer).isPresent())
          .ifPresent(pointer -> pointers.put(view.name(), pointer));
    }
    for (String view : views) {
      if (!pointers.containsKey(view)) {
        throw RunException.of(code, "view \"%s\" has no %s", view, what);
      }
    }
    if (pointers.isEmpty()) {
      throw RunException.of(code, "no view has a %s", what);
    }
    return pointers;
  }

  /**
   * Fails if the architecture of the store is Lambda.
   *
   * @throws UserException if so
   */
  public static void requireKappa(RunContext<?> context) {
    boolean isLambda =
        context.application().views().stream()
            .map(view -> context.catalog().live(view.name()))
            .flatMap(Optional::stream)
            .anyMatch(pointer -> pointer.architecture() == Architecture.LAMBDA);
    if (isLambda) {
      throw RunException.of(
          Code.SERVED_BY_LAMBDA,
          "the architecture of the store is Lambda, and candidates and previous versions are of Kappa");
    }
  }

  private static List<VersionSwitch> switches(
      Map<String, ViewState> pointers, Function<ViewState, OptionalLong> to) {
    return pointers.values().stream()
        .map(
            pointer ->
                new VersionSwitch(pointer.view(), pointer.base(), to.apply(pointer).orElseThrow()))
        .toList();
  }
}
