/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.command;

import io.anabranch.api.UserException;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.catalog.VersionState;
import io.anabranch.catalog.ViewState;
import io.anabranch.cli.print.Comparing;
import io.anabranch.cli.session.RunSession;
import io.anabranch.cli.session.ViewOptions;
import io.anabranch.config.Configuration;
import io.anabranch.config.Promotions;
import io.anabranch.wiring.RunContext;
import io.anabranch.wiring.version.Promotion;
import io.anabranch.wiring.version.VersionComparison;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Holds two versions of a view against each other. */
@Command(
    name = "compare",
    description = {
      "Kappa: compare two versions of a view, row by row, over the epochs that are complete in both; exit with 1 if a row differs, or if they could not be compared.",
      "Without numbers, each candidate is compared with the live version."
    })
final class CompareCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigurationOptions options;

  @Mixin private ViewOptions views;

  @Parameters(
      index = "0..1",
      paramLabel = "VERSION",
      description = "Two numbers of versions, as \"status\" shows them.")
  private List<Long> versions = new ArrayList<>();

  @Override
  public Integer call() {
    if (versions.size() == 1) {
      throw new ParameterException(
          spec.commandLine(), "compare takes two versions, or none for candidates");
    }
    if (versions.size() == 2 && versions.get(0).equals(versions.get(1))) {
      throw new ParameterException(
          spec.commandLine(), "compare takes two versions, and " + versions.get(0) + " is one");
    }
    views.refuseBeside(versions, spec);
    Configuration configuration = options.load();
    try (RunSession session = RunSession.existing(configuration)) {
      return compare(session.context(), session.promotions());
    }
  }

  private <E> int compare(RunContext<E> context, Promotions promotions) {
    List<VersionComparison> comparisons =
        versions.isEmpty() ? candidates(context, promotions) : List.of(two(context, promotions));
    comparisons.forEach(
        each -> Comparing.print(spec.commandLine().getOut(), each, context.log().epochs()));
    boolean equal =
        comparisons.stream()
            .allMatch(each -> each.skipped().isEmpty() && each.result().different() == 0);
    return equal ? 0 : 1;
  }

  private <E> VersionComparison two(RunContext<E> context, Promotions promotions) {
    VersionState first = context.catalog().requireVersion(versions.get(0));
    return compare(context, promotions, first.view(), versions.get(0), versions.get(1));
  }

  private <E> List<VersionComparison> candidates(RunContext<E> context, Promotions promotions) {
    views.names().forEach(context.application()::view);
    List<VersionComparison> comparisons = new ArrayList<>();
    for (ViewDefinition<E, ?, ?, ?, ?> view : context.application().views()) {
      Optional<ViewState> live = context.catalog().live(view.name());
      if ((views.names().isEmpty() || views.names().contains(view.name()))
          && live.isPresent()
          && live.get().candidate().isPresent()) {
        comparisons.add(
            compare(
                context,
                promotions,
                view.name(),
                live.get().base().orElseThrow(),
                live.get().candidate().getAsLong()));
      }
    }
    if (comparisons.isEmpty()) {
      Promotion.requireKappa(context);
      throw new UserException(
          "no view has a candidate: compute one, with \"anabranch replay\", or name two versions");
    }
    return comparisons;
  }

  private static <E> VersionComparison compare(
      RunContext<E> context, Promotions promotions, String view, long one, long other) {
    return VersionComparison.of(
        context, context.application().view(view), one, other, promotions.of(view).equalWithin());
  }
}
