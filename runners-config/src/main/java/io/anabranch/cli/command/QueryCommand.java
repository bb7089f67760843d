/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.command;

import io.anabranch.api.Answer;
import io.anabranch.api.Answer.Row;
import io.anabranch.api.KeyText;
import io.anabranch.api.Provenance;
import io.anabranch.api.UserException;
import io.anabranch.api.definition.LoadedApplication;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.spi.log.EpochChange;
import io.anabranch.api.spi.log.EventLog;
import io.anabranch.api.spi.row.LiveHead;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.catalog.Catalog;
import io.anabranch.catalog.document.ViewCatalog;
import io.anabranch.cli.print.Format;
import io.anabranch.cli.print.JsonPrinter;
import io.anabranch.cli.print.LogChanges;
import io.anabranch.cli.print.Plural;
import io.anabranch.cli.print.RowPrinter;
import io.anabranch.cli.print.Values;
import io.anabranch.cli.session.Connections;
import io.anabranch.cli.session.LiteralText;
import io.anabranch.config.Configuration;
import io.anabranch.serving.Query;
import io.anabranch.serving.ViewReader;
import io.anabranch.wiring.version.LogHistory;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints merged answers. */
@Command(
    name = "query",
    description = {
      "Print the rows of a view, merged from all layers.",
      "The last line reports the sources of the answer and its gaps."
    })
final class QueryCommand implements Callable<Integer> {
  private static final List<String> COLUMNS =
      List.of("view", "key", "bucket", "value", "batch", "speed");
  private static final List<String> COLUMNS_OF_WINDOWS =
      List.of("view", "key", "bucket", "end", "value", "batch", "speed");

  @Spec private CommandSpec spec;
  @Mixin private ConfigurationOptions options;

  @Parameters(paramLabel = "VIEW", description = "The name of the view.")
  private String view;

  @Option(
      names = "--key",
      paramLabel = "K",
      parameterConsumer = LiteralText.class,
      description =
          "Only rows of this key, in its readable form, taken as it is: it may begin with - or @; may be repeated.")
  private List<String> keys = new ArrayList<>();

  @Option(
      names = "--from",
      paramLabel = "T",
      description = "Only buckets that start at this time or later, as 2015-05-17T10:00:00Z.")
  private Instant from;

  @Option(
      names = "--to",
      paramLabel = "T",
      description = "Only buckets that start before this time.")
  private Instant to;

  @Option(names = "--total", description = "Merge the buckets of the range into one row per key.")
  private boolean total;

  @Option(
      names = "--top",
      paramLabel = "N",
      description = "Only the N rows of the largest values, largest first.")
  private Integer top;

  @Option(
      names = "--strict",
      description =
          "Exit with 1 and print nothing if epochs of the log are not in the answer; default: print it, and say which. An epoch that is still open counts as covered while a run follows the log, which may be some seconds behind.")
  private boolean strict;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      defaultValue = "30s",
      description = "How long the store may take to give the rows; default ${DEFAULT-VALUE}.")
  private Duration timeout;

  @Option(
      names = "--format",
      paramLabel = "table|json|csv",
      defaultValue = "table",
      description = {
        "How to print; json is one object a line. Default ${DEFAULT-VALUE}.",
        "csv holds keys as they are: a spreadsheet takes one that begins with = + - or @ for a formula, so import the column as text."
      })
  private Format format;

  @Override
  public Integer call() {
    Query query = query();
    Configuration configuration = options.load();
    LoadedApplication<?> application = LoadedApplication.load(configuration.application());
    ViewDefinition<?, ?, ?, ?, ?> definition = application.view(view);
    try (ViewStore store = Connections.existingStore(configuration)) {
      Optional<EventLog> log = Connections.existingLog(configuration);
      try {
        requireLog(configuration, store, log);
        List<EpochChange> changes = changes(store, log);
        boolean windows = !total && definition.timeliness().isPresent();
        print(reader(store, definition, log).read(query), changes, windows);
      } finally {
        log.ifPresent(EventLog::close);
      }
    }
    return 0;
  }

  /** Gaps found without the log, or by another one, cannot be relied on. */
  private void requireLog(Configuration configuration, ViewStore store, Optional<EventLog> log) {
    if (log.isEmpty() && strict) {
      throw new UserException(
          "there is no log at %s, by which --strict could know whether the answer is complete: set log.path right, or omit --strict"
              .formatted(configuration.log().get("path").orElse("log.path")));
    }
    ViewCatalog catalog = new Catalog(store.catalog()).load(view);
    log.ifPresent(each -> Connections.requireLogOf(catalog, each));
  }

  /** How the log differs from what the answer was computed from; a strict query must not differ. */
  private List<EpochChange> changes(ViewStore store, Optional<EventLog> log) {
    if (log.isEmpty()) {
      return List.of();
    }
    List<EpochChange> changes =
        LogHistory.changes(log.get(), store, new Catalog(store.catalog()).load(view));
    List<EpochChange> changed = LogHistory.of(EpochChange.Kind.CHANGED, changes);
    if (strict && !changed.isEmpty()) {
      throw new UserException(
          "view \"%s\" was computed from another state of the log: %s. Restore the log or compute the view again; without --strict it is printed as it is"
              .formatted(view, LogHistory.text(changed)));
    }
    return changes;
  }

  /** Finds gaps by the log itself where it can be seen, else by what the last run saw of it. */
  private static <K, O> ViewReader<K, O> reader(
      ViewStore store, ViewDefinition<?, K, ?, ?, O> definition, Optional<EventLog> log) {
    ViewReader<K, O> reader = ViewReader.of(store, definition);
    return log.isPresent() ? reader.against(log.get()::end) : reader;
  }

  private Query query() {
    Query query = Query.all().keys(keys);
    query = from == null ? query : query.from(from);
    query = to == null ? query : query.to(to);
    query = total ? query.asTotal() : query;
    query = strict ? query.asStrict() : query;
    try {
      query = query.within(timeout);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
    }
    if (from != null && to != null && !from.isBefore(to)) {
      throw new ParameterException(
          spec.commandLine(), "--from " + from + " must be before --to " + to);
    }
    if (top != null && top < 1) {
      throw new ParameterException(
          spec.commandLine(), "--top is " + top + ": it must be 1 or more");
    }
    return top == null ? query : query.top(top);
  }

  private <K, O> void print(Answer<K, O> answer, List<EpochChange> changes, boolean windows) {
    PrintWriter out = spec.commandLine().getOut();
    try (RowPrinter printer = format.printer(out, windows ? COLUMNS_OF_WINDOWS : COLUMNS)) {
      for (Row<K, O> row : answer.rows()) {
        List<Object> values = new ArrayList<>();
        values.add(view);
        values.add(KeyText.of(row.key()));
        values.add(row.bucket().map(bucket -> bucket.start().toString()).orElse(null));
        if (windows) {
          values.add(row.bucket().map(bucket -> bucket.end().toString()).orElse(null));
        }
        values.add(Values.printable(row.value()));
        values.add(row.batch().map(Values::printable).orElse(null));
        values.add(row.speed().map(Values::printable).orElse(null));
        printer.print(values);
      }
    }
    Map<String, Object> provenance = Values.provenance(answer.provenance());
    LogChanges.put(provenance, changes);
    String sentence =
        sentence(answer.provenance(), answer.rows().size()) + LogChanges.clause(changes);
    switch (format) {
      case JSON -> out.println(JsonPrinter.json(Map.of("answer", provenance)));
      case TABLE -> out.printf("%n%s%n", sentence);
      case CSV -> spec.commandLine().getErr().println(sentence);
    }
  }

  private static String sentence(Provenance provenance, int rows) {
    StringBuilder text = new StringBuilder();
    text.append(Plural.of(rows, "row")).append(", ").append(provenance.architecture().word());
    provenance
        .batchThrough()
        .ifPresent(through -> text.append("; batch through ").append(through.time()));
    if (provenance.speedVersion().isPresent()) {
      text.append(
          provenance.batchThrough().isPresent()
              ? "; speed after it"
              : "; speed from the beginning");
    }
    provenance
        .speedThrough()
        .ifPresent(through -> text.append("; complete through ").append(through.time()));
    provenance
        .freshness()
        .ifPresent(age -> text.append("; last change ").append(Values.age(age)).append(" ago"));
    text.append("; ").append(upTo(provenance.deadLetters(), "dead letter"));
    if (provenance.lateEvents() > 0) {
      text.append("; ")
          .append(upTo(provenance.lateEvents(), "event"))
          .append(" late or early, not counted");
    }
    if (!provenance.gaps().isEmpty()) {
      text.append("; NOT COVERED: what was ingested in ")
          .append(
              provenance.gaps().stream()
                  .map(Provenance.Gap::toString)
                  .collect(Collectors.joining(", ")));
    }
    return text.toString();
  }

  /** An answer counts no further than this. */
  private static String upTo(long count, String noun) {
    return count < LiveHead.MOST_LETTERS
        ? Plural.of(count, noun)
        : "more than " + Plural.of(LiveHead.MOST_LETTERS - 1, noun);
  }
}
