/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.api.spi.row.DeadLetter.Kind;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.catalog.Catalog;
import io.anabranch.catalog.DeadLetters;
import io.anabranch.cli.print.Format;
import io.anabranch.cli.print.Id;
import io.anabranch.cli.print.RowPrinter;
import io.anabranch.cli.session.Connections;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Looks at what is left out of answers. */
@Command(
    name = "dead-letters",
    description =
        "List records that were set aside: those that could not be decoded, and late events.",
    subcommands = DeadLettersCommand.ListCommand.class)
final class DeadLettersCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say what to do with them: list");
  }

  /** Prints them. It inherits nothing from the root, whose {@code --version} is another one. */
  @Command(
      name = "list",
      usageHelpAutoWidth = true,
      sortOptions = false,
      footer = {"", RootCommand.EXIT_CODES, RootCommand.STREAMS},
      description = {
        "Print dead letters in the order of the log: place, error and record.",
        "A late or early event of a windowed view is listed once for each view.",
        "JSON and CSV print the whole record: as text, or as recordBase64 if it is not UTF-8. A table cuts long records."
      })
  static final class ListCommand implements Callable<Integer> {
    private static final List<String> COLUMNS =
        List.of("place", "epoch", "kind", "view", "eventTime", "error", "record", "recordBase64");

    @Spec private CommandSpec spec;
    @Mixin private ConfigurationOptions options;

    @Option(
        names = "--kind",
        paramLabel = "undecodable|late|early",
        description = "Only those of this kind; may be repeated. Default all.")
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
        Set<Kind> asked = kinds.isEmpty() ? EnumSet.allOf(Kind.class) : kinds;
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
}
