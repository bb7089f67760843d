/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.anabranch.api.Architecture;
import io.anabranch.api.UserException;
import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.api.spi.row.DeadLetter.Kind;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.catalog.Catalog;
import io.anabranch.catalog.DeadLetters;
import io.anabranch.cli.print.Format;
import io.anabranch.cli.print.Id;
import io.anabranch.cli.print.Plural;
import io.anabranch.cli.print.RowPrinter;
import io.anabranch.cli.print.RunPrinter;
import io.anabranch.cli.print.Version;
import io.anabranch.cli.session.Connections;
import io.anabranch.cli.session.Interrupts;
import io.anabranch.cli.session.RunSession;
import io.anabranch.cli.session.RunnerOptions;
import io.anabranch.config.Configuration;
import io.anabranch.wiring.RunContext;
import io.anabranch.wiring.Stop;
import io.anabranch.wiring.run.Redrive;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks at what is left out of answers. */
@Command(
    name = "dead-letters",
    description = "List records that were set aside, take them after a fix, or discard them.",
    subcommands = {
      DeadLettersCommand.ListCommand.class,
      DeadLettersCommand.RedriveCommand.class,
      DeadLettersCommand.DiscardCommand.class
    })
final class DeadLettersCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "say what to do with them: list, redrive or discard");
  }

  /** Prints them. It inherits nothing from the root, whose {@code --version} is another one. */
  @Command(
      name = "list",
      usageHelpAutoWidth = true,
      sortOptions = false,
      footer = {"", RootCommand.EXIT_CODES, RootCommand.STREAMS},
      description = {
        "Print dead letters in the order of the log: place, error and record.",
        "An event that is late or early for a view, or on which a step of it threw, is listed once for each view.",
        "JSON and CSV print the whole record: as text, or as recordBase64 if it is not UTF-8. A table cuts long records."
      })
  static final class ListCommand implements Callable<Integer> {
    private static final List<String> COLUMNS =
        List.of("place", "epoch", "kind", "view", "eventTime", "error", "record", "recordBase64");

    @Spec private CommandSpec spec;
    @Mixin private ConfigurationOptions options;

    @Option(
        names = "--kind",
        paramLabel = "undecodable|failed|late|early|refused|discarded",
        description = "Only those of this kind; may be repeated. Default all but discarded.")
    private Set<Kind> kinds = EnumSet.noneOf(Kind.class);

    @Option(
        names = "--version",
        paramLabel = "VERSION",
        description =
            "Only those of this version, such as a candidate, by its number in \"status\"; default those of the live versions.")
    private List<Long> versions = List.of();

    @Option(
        names = "--limit",
        paramLabel = "N",
        defaultValue = "1000",
        description = "N at most; default ${DEFAULT-VALUE}.")
    private int limit;

    @Option(
        names = "--format",
        paramLabel = "table|json|csv",
        defaultValue = "table",
        description = "How to print; json is one object a line. Default ${DEFAULT-VALUE}.")
    private Format format;

    @Option(
        names = {"-h", "--help"},
        usageHelp = true,
        description = "Show this help message and exit.")
    @SuppressWarnings("UnusedVariable") // picocli looks whether it was matched
    private boolean help;

    @Override
    public Integer call() {
      if (limit < 1) {
        throw new ParameterException(
            spec.commandLine(), "--limit is " + limit + ": it must be 1 or more");
      }
      try (ViewStore store = Connections.existingStore(options.load())) {
        Catalog catalog = new Catalog(store.catalog());
        versions.forEach(catalog::requireVersion);
        DeadLetters stored = new DeadLetters(store);
        Set<Kind> asked =
            kinds.isEmpty() ? EnumSet.complementOf(EnumSet.of(Kind.DISCARDED)) : kinds;
        List<DeadLetter> letters = stored.read(asked, versions, limit);
        try (RowPrinter printer = format.printer(spec.commandLine().getOut(), COLUMNS)) {
          letters.forEach(letter -> printer.print(row(letter)));
        }
        if (letters.isEmpty()) {
          spec.commandLine().getErr().println("no dead letters");
        }
        long all = stored.count(asked, versions);
        if (all > letters.size()) {
          spec.commandLine()
              .getErr()
              .printf("%,d more; --limit shows them%n", all - letters.size());
        }
      }
      return 0;
    }

    private static List<?> row(DeadLetter letter) {
      String text = null;
      try {
        text = UTF_8.newDecoder().decode(ByteBuffer.wrap(letter.record())).toString();
      } catch (CharacterCodingException e) {
        // not text: shown as Base64 below
      }
      return Arrays.asList(
          letter.place().toString(),
          new Id(letter.place().epoch()),
          letter.kind().word(),
          letter.view().orElse(null),
          letter.eventTime().map(Instant::toString).orElse(null),
          letter.error(),
          text,
          text == null ? Base64.getEncoder().encodeToString(letter.record()) : null);
    }
  }

  /** Takes them after a fix. */
  @Command(
      name = "redrive",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      usageHelpAutoWidth = true,
      sortOptions = false,
      footer = {"", RootCommand.EXIT_CODES, RootCommand.STREAMS},
      description = {
        "Compute again what holds dead letters, after a format, a step of a view or the store was mended.",
        "Each record counts once, and readers see all of it at once. Lambda: a full batch run; records of epochs that are still open follow later. Kappa: a replay from the first dead letter on, which is promoted. No other run may be alive: stop it, and start it again afterwards, with the mended code. Nothing is done if there is no dead letter; late and early events do not count."
      })
  static final class RedriveCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private ConfigurationOptions options;
    @Mixin private RunnerOptions runner;

    @Parameters(
        index = "0..*",
        paramLabel = "BEAM-OPTION",
        description = "Beam pipeline options, after --, as Beam spells them: -- --parallelism=4")
    private List<String> beamOptions = new ArrayList<>();

    @Override
    public Integer call() {
      Configuration configuration = options.load();
      Stop stop = new Stop();
      AtomicInteger code = new AtomicInteger();
      try (RunSession session =
          RunSession.existing(configuration, runner.of(configuration, beamOptions))) {
        Interrupts.during(
            () -> code.set(redrive(session.context(), configuration.architecture(), stop)),
            stop,
            spec.commandLine().getErr());
      }
      return code.get();
    }

    private int redrive(RunContext<?> context, Architecture architecture, Stop stop) {
      CommandLine commandLine = spec.commandLine();
      context.requireMovable(architecture);
      try (RunPrinter printer =
          new RunPrinter(context, commandLine.getOut(), commandLine.getErr())) {
        Redrive.Report report = Redrive.run(context, architecture, stop, printer);
        if (report.before() == 0) {
          commandLine.getErr().println("no dead letters");
        } else {
          commandLine
              .getOut()
              .printf(
                  "%s before, %,d now%n",
                  Plural.of(report.before(), "dead letter"), report.after());
        }
        return printer.isRefused() ? 1 : 0;
      }
    }
  }

  /** Says that they never will be taken. */
  @Command(
      name = "discard",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      usageHelpAutoWidth = true,
      sortOptions = false,
      footer = {"", RootCommand.EXIT_CODES, RootCommand.STREAMS},
      description = {
        "Say of dead letters that they never will be taken: answers and \"status\" no longer count them.",
        "That holds for versions to come, too, as long as their records cannot be taken. Only undecodable, failed and refused ones can be discarded. \"list --kind discarded\" shows them."
      })
  static final class DiscardCommand implements Callable<Integer> {
    private static final int CHUNK = 1_000;

    @Spec private CommandSpec spec;
    @Mixin private ConfigurationOptions options;

    @Option(
        names = "--place",
        paramLabel = "PLACE",
        description = "The one of this place, as \"list\" shows it; may be repeated.")
    private Set<String> places = Set.of();

    @Option(
        names = "--view",
        paramLabel = "VIEW",
        description = "Those of this view alone; may be repeated.")
    private Set<String> views = Set.of();

    @Option(
        names = "--kind",
        paramLabel = "undecodable|failed|refused",
        description = "Those of this kind; may be repeated.")
    private Set<Kind> kinds = EnumSet.noneOf(Kind.class);

    @Option(names = "--all", description = "All of them.")
    private boolean all;

    @Override
    public Integer call() {
      boolean some = !places.isEmpty() || !views.isEmpty() || !kinds.isEmpty();
      if (some == all) {
        throw new ParameterException(
            spec.commandLine(), "say which ones: --place, --view or --kind; or --all");
      }
      if (!Kind.FAULTS.containsAll(kinds)) {
        throw new ParameterException(
            spec.commandLine(),
            "late and early events cannot be discarded, only undecodable, failed and refused records");
      }
      try (ViewStore store = Connections.existingStore(options.load())) {
        DeadLetters stored = new DeadLetters(store);
        List<DeadLetter> found = new ArrayList<>();
        stored.forEachFault(
            letter -> {
              if (isMeant(letter)) {
                found.add(letter.withoutRecord());
              }
            });
        if (found.isEmpty()) {
          throw new UserException("there is no such dead letter; \"dead-letters list\" shows them");
        }
        for (int from = 0; from < found.size(); from += CHUNK) {
          stored.discard(found.subList(from, Math.min(found.size(), from + CHUNK)));
        }
        spec.commandLine()
            .getOut()
            .printf("%s discarded%n", Plural.of(found.size(), "dead letter"));
      }
      return 0;
    }

    private boolean isMeant(DeadLetter letter) {
      return (places.isEmpty() || places.contains(letter.place().toString()))
          && (views.isEmpty() || letter.view().filter(views::contains).isPresent())
          && (kinds.isEmpty() || kinds.contains(letter.kind()));
    }
  }
}
