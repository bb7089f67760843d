/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog.document;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.definition.Fingerprint;
import io.anabranch.api.spi.row.SliceRange;
import io.anabranch.api.spi.row.SliceStats;
import io.anabranch.api.spi.row.SqlMerge;
import io.anabranch.catalog.document.CatalogException.Code;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * Catalogs as JSON documents. A range without {@code after} begins with the log; one without {@code
 * through} follows it. Unknown fields are ignored when a document is read; a document of a newer
 * format is refused, as writing it would lose what this release does not know.
 */
public final class CatalogJson {
  static final int FORMAT = 1;

  private static final ObjectMapper JSON = new ObjectMapper();

  private CatalogJson() {}

  /** Returns the document as JSON of the newest format. */
  public static String write(ViewCatalog catalog) {
    ObjectNode node = JSON.createObjectNode().put("format", FORMAT).put("view", catalog.view());
    pointer(node, catalog.pointer());
    ArrayNode versions = node.putArray("versions");
    catalog.versions().forEach(version -> version(versions.addObject(), version));
    if (!catalog.trash().isEmpty()) {
      ArrayNode trash = node.putArray("trash");
      for (Trash each : catalog.trash()) {
        range(trash.addObject(), each.range()).put("since", each.since().toString());
      }
    }
    return node.toString();
  }

  private static void pointer(ObjectNode node, LivePointer pointer) {
    node.put("architecture", pointer.architecture().name());
    if (pointer instanceof LivePointer.Lambda lambda) {
      number(node, "batch", lambda.batch());
      number(node, "speed", lambda.speed());
    } else if (pointer instanceof LivePointer.Kappa kappa) {
      number(node, "live", kappa.version());
      number(node, "previous", kappa.previous());
      number(node, "candidate", kappa.candidate());
    }
  }

  private static void version(ObjectNode node, Version version) {
    node.put("id", version.id())
        .put("kind", version.kind().name())
        .put("log", version.view().log())
        .put("epochMillis", version.view().epochLength().toMillis())
        .put("fingerprint", version.view().fingerprint().toString())
        .put("created", version.created().toString());
    version.view().merge().ifPresent(merge -> node.put("sql", merge.name()));
    version.retired().ifPresent(retired -> node.put("retired", retired.toString()));
    number(node, "wholeThrough", version.wholeThrough());
    number(node, "countedInThrough", version.countedInThrough());
    ArrayNode letters = node.putArray("letters");
    for (LetterRange range : version.letters()) {
      epochs(letters.addObject().put("generation", range.generation()), range.epochs());
    }
    ArrayNode slices = node.putArray("slices");
    version.slices().forEach(slice -> slice(slices.addObject(), slice));
  }

  private static void slice(ObjectNode node, Slice slice) {
    range(node, slice.range()).put("state", slice.state().name());
    number(node, "run", slice.run());
    slice.premise().ifPresent(premise -> premise(node.putObject("opened"), premise));
    slice
        .stats()
        .ifPresent(
            stats -> {
              node.put("count", stats.count())
                  .put("minBucket", stats.minBucket())
                  .put("maxBucket", stats.maxBucket());
              stats.updated().ifPresent(updated -> node.put("updated", updated.toString()));
            });
  }

  private static void premise(ObjectNode node, Premise premise) {
    if (premise instanceof Premise.Batch batch) {
      number(node.put("generation", batch.generation()), "batch", batch.batch());
      if (batch.line() != Epochs.NONE) {
        node.put("line", batch.line());
      }
    } else if (premise instanceof Premise.Sources sources) {
      ArrayNode array = node.putArray("sources");
      sources.sources().forEach(source -> range(array.addObject(), source));
    }
  }

  private static ObjectNode range(ObjectNode node, SliceRange range) {
    return epochs(node.put("rows", range.rows()), range.epochs());
  }

  private static ObjectNode epochs(ObjectNode node, EpochRange epochs) {
    if (epochs.after() != Epochs.NONE) {
      node.put("after", epochs.after());
    }
    if (epochs.through() != Long.MAX_VALUE) {
      node.put("through", epochs.through());
    }
    return node;
  }

  private static void number(ObjectNode node, String name, OptionalLong value) {
    value.ifPresent(present -> node.put(name, present));
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws CatalogException if the document is damaged, or of a newer format
   */
  public static ViewCatalog read(String view, String document) {
    try {
      JsonNode node = JSON.readTree(document);
      int format = required(node, "format").asInt();
      if (format > FORMAT) {
        throw CatalogException.of(
            Code.NEWER_FORMAT,
            view,
            "its catalog is of format %d, and this release knows format %d",
            format,
            FORMAT);
      }
      String name = required(node, "view").asText();
      return new ViewCatalog(
          name,
          pointer(node),
          list(required(node, "versions"), version -> version(name, version)),
          list(
              node.path("trash"),
              each -> new Trash(range(each), Instant.parse(required(each, "since").asText()))));
    } catch (JsonProcessingException | IllegalArgumentException | DateTimeException e) {
      throw new CatalogException(
          Code.UNREADABLE, "view \"" + view + "\": its catalog is damaged: " + e.getMessage(), e);
    }
  }

  private static LivePointer pointer(JsonNode node) {
    return switch (Architecture.valueOf(required(node, "architecture").asText())) {
      case LAMBDA -> new LivePointer.Lambda(number(node, "batch"), number(node, "speed"));
      case KAPPA ->
          new LivePointer.Kappa(
              number(node, "live"), number(node, "previous"), number(node, "candidate"));
    };
  }

  private static Version version(String view, JsonNode node) {
    return new Version(
        required(node, "id").asLong(),
        VersionKind.valueOf(required(node, "kind").asText().toUpperCase(Locale.ROOT)),
        new ViewRef(
            view,
            Fingerprint.parse(required(node, "fingerprint").asText()),
            required(node, "log").asText(),
            Duration.ofMillis(required(node, "epochMillis").asLong()),
            Optional.ofNullable(node.get("sql")).map(JsonNode::asText).map(SqlMerge::valueOf)),
        Instant.parse(required(node, "created").asText()),
        time(node, "retired"),
        list(
            required(node, "letters"),
            range -> new LetterRange(required(range, "generation").asLong(), epochs(range))),
        number(node, "wholeThrough"),
        number(node, "countedInThrough"),
        list(required(node, "slices"), CatalogJson::slice));
  }

  private static Slice slice(JsonNode node) {
    return new Slice(
        range(node),
        Slice.State.valueOf(required(node, "state").asText()),
        number(node, "run"),
        Optional.ofNullable(node.get("opened")).map(CatalogJson::premise),
        Optional.ofNullable(node.get("count"))
            .map(
                count ->
                    new SliceStats(
                        count.asLong(),
                        required(node, "minBucket").asLong(),
                        required(node, "maxBucket").asLong(),
                        time(node, "updated"))));
  }

  private static Premise premise(JsonNode node) {
    return node.has("sources")
        ? new Premise.Sources(list(node.get("sources"), CatalogJson::range))
        : new Premise.Batch(
            number(node, "batch"),
            node.path("line").asLong(Epochs.NONE),
            required(node, "generation").asLong());
  }

  private static SliceRange range(JsonNode node) {
    return new SliceRange(required(node, "rows").asLong(), epochs(node));
  }

  private static EpochRange epochs(JsonNode node) {
    return new EpochRange(
        node.path("after").asLong(Epochs.NONE), node.path("through").asLong(Long.MAX_VALUE));
  }

  private static OptionalLong number(JsonNode node, String name) {
    return node.has(name) ? OptionalLong.of(node.get(name).asLong()) : OptionalLong.empty();
  }

  private static Optional<Instant> time(JsonNode node, String name) {
    return Optional.ofNullable(node.get(name)).map(JsonNode::asText).map(Instant::parse);
  }

  private static JsonNode required(JsonNode node, String name) {
    JsonNode field = node.get(name);
    if (field == null) {
      throw new IllegalArgumentException("it has no \"" + name + "\"");
    }
    return field;
  }

  private static <T> List<T> list(JsonNode nodes, Function<JsonNode, T> read) {
    List<T> list = new ArrayList<>();
    nodes.forEach(node -> list.add(read.apply(node)));
    return list;
  }
}
