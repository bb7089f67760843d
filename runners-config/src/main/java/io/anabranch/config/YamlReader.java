/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.config;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.anabranch.config.Node.Entry;
import io.anabranch.config.Node.Items;
import io.anabranch.config.Node.Nothing;
import io.anabranch.config.Node.Section;
import io.anabranch.config.Node.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * Reads one YAML document, with the lines of its keys. A key that comes twice is a problem and
 * keeps its first value, so that the rest can be checked too.
 */
final class YamlReader {
  private static final YAMLFactory YAML = new YAMLFactory();

  private final Problems problems;

  YamlReader(Problems problems) {
    this.problems = problems;
  }

  /** Returns the map of the document, or nothing and a problem. */
  Optional<Section> read(String text) {
    String withoutMark = text.startsWith("\uFEFF") ? text.substring(1) : text;
    try (YAMLParser parser = YAML.createParser(withoutMark)) {
      Node root = parser.nextToken() == null ? new Nothing() : node(parser, "");
      if (parser.nextToken() != null) {
        problems.add(place(parser), "a second document begins here: keep one, and no \"---\"");
      }
      return map(root);
    } catch (JsonProcessingException e) {
      addSyntaxError(e);
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("reading a text in memory", e);
    }
  }

  private Optional<Section> map(Node root) {
    if (root instanceof Section section) {
      return Optional.of(section);
    }
    problems.add(
        Place.NOWHERE,
        "%s: write one like this:\n%s"
            .formatted(
                root instanceof Nothing
                    ? "the file is empty"
                    : "the file is not a map of keys to values",
                Key.MINIMAL));
    return Optional.empty();
  }

  private Node node(YAMLParser parser, String path) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.START_OBJECT) {
      return section(parser, path);
    }
    if (token == JsonToken.START_ARRAY) {
      List<Node> items = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        items.add(node(parser, path));
      }
      return new Items(items);
    }
    if (parser.isCurrentAlias()) {
      problems.add(place(parser), "\"%s\" is an alias: write its value here".formatted(path));
    }
    return token == JsonToken.VALUE_NULL ? new Nothing() : new Text(parser.getText());
  }

  private Section section(YAMLParser parser, String path) throws IOException {
    Section section = Section.empty();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      Place place = place(parser);
      String inner = path.isEmpty() ? name : path + "." + name;
      parser.nextToken();
      Node value = node(parser, inner);
      Entry first = section.entries().putIfAbsent(name, new Entry(place, value));
      if (first != null) {
        problems.add(
            place,
            "duplicate key \"%s\", first in %s: remove one"
                .formatted(inner, first.place().label().orElseThrow()));
      }
    }
    return section;
  }

  private static Place place(YAMLParser parser) {
    return Place.line(parser.currentTokenLocation().getLineNr());
  }

  /** In SnakeYAML's own words, without the excerpt of the file, which may hold a secret. */
  private void addSyntaxError(JsonProcessingException e) {
    String what = e.getOriginalMessage().lines().findFirst().orElse("unknown");
    // Where SnakeYAML threw, the outer location is only where the parser stood before.
    JsonLocation location = e.getCause() == null ? e.getLocation() : null;
    int line = location == null ? 0 : location.getLineNr();
    int column = location == null ? 0 : location.getColumnNr();
    if (e.getCause() instanceof MarkedYAMLException cause && cause.getProblemMark() != null) {
      what = (cause.getContext() == null ? "" : cause.getContext() + ", ") + cause.getProblem();
      line = cause.getProblemMark().getLine() + 1;
      column = cause.getProblemMark().getColumn() + 1;
    }
    Place place =
        line < 1
            ? Place.NOWHERE
            : new Place(line, Optional.of("line " + line + ", column " + column));
    problems.add(place, "this is not YAML: " + what.replaceFirst(", got this instead:.*", ""));
  }
}
