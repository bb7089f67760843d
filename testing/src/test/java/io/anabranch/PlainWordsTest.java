/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch;

import static java.util.stream.Collectors.joining;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Documents and messages use the words of docs/glossary.md, and short sentences. What is found
 * names the file and the words; the glossary has a better one.
 */
final class PlainWordsTest {
  private static final Path ROOT = Path.of("..");
  private static final int MOST_WORDS = 30;

  /** Words that the glossary has another one for, in any form. */
  private static final Pattern BANNED =
      Pattern.compile(
          "\\b(what answers|what is served|former|untimely|absorbed|in the place of|put aside"
              + "|left out|leaves? out|send through again|runs? of epochs|tells?|told"
              + "|gives? out|given out|gave out|hears? of|heard of|anew|counted in|taken over"
              + "|by another definition|takes? for granted|may no longer write)\\b",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern LITERAL = Pattern.compile("\"((?:\\\\.|[^\"\\\\\\n])*)\"");
  private static final Pattern LIST_ITEM = Pattern.compile("\\s*(?:[-*]|\\d+\\.|#+)\\s.*");

  @Test
  void documentsUseTheWordsOfTheGlossary() throws IOException {
    List<Path> documents = files(path -> path.toString().endsWith(".md"));

    assertThat("documents", documents, hasSize(greaterThan(8)));
    assertThat(found(documents, PlainWordsTest::passages), is(empty()));
  }

  @Test
  void messagesUseTheWordsOfTheGlossary() throws IOException {
    List<Path> sources = files(path -> path.toString().matches(".*/src/main/java/.*\\.java"));

    assertThat("sources", sources, hasSize(greaterThan(200)));
    assertThat(found(sources, PlainWordsTest::messages), is(empty()));
  }

  @Test
  void findsWordsAndLongSentences() {
    String eleven = "one two three four five six seven eight nine ten eleven ";

    assertThat(
        problems(passages("It is told\nanew. Fine.\n\n- " + eleven + eleven + "\n  " + eleven)),
        contains(
            "\"told\" in: It is told anew. Fine.",
            "\"anew\" in: It is told anew. Fine.",
            "33 words: " + (eleven + eleven + eleven).strip()));
    assertThat(problems(passages("```\ntold\n```\n\n`told` | told |")), hasSize(1));
    assertThat(
        problems(messages("say(\"it is \" // told\n  + \"gone, as I was\"\n    + \" told\");")),
        contains("\"told\" in: it is gone, as I was told"));
  }

  private interface Texts {
    List<String> of(String file);
  }

  private static List<String> found(List<Path> files, Texts texts) throws IOException {
    List<String> found = new ArrayList<>();
    for (Path file : files) {
      for (String problem : problems(texts.of(Files.readString(file)))) {
        found.add(ROOT.relativize(file) + ": " + problem);
      }
    }
    return found;
  }

  private static List<Path> files(Predicate<Path> wanted) throws IOException {
    try (Stream<Path> all = Files.walk(ROOT)) {
      return all.filter(path -> !path.toString().matches(".*/(target|\\.git|\\.mvn)/.*"))
          .filter(wanted)
          .sorted()
          .toList();
    }
  }

  private static List<String> problems(List<String> texts) {
    List<String> problems = new ArrayList<>();
    for (String text : texts) {
      Matcher banned = BANNED.matcher(text);
      while (banned.find()) {
        problems.add("\"" + banned.group() + "\" in: " + text);
      }
      for (String sentence : text.split("(?<=[.!?:;])\\s+", -1)) {
        long words =
            Arrays.stream(sentence.split("\\s+", -1))
                .filter(word -> word.matches(".*\\w.*"))
                .count();
        if (words > MOST_WORDS) {
          problems.add(words + " words: " + sentence);
        }
      }
    }
    return problems;
  }

  /** Paragraphs, list items and cells of tables, without code. */
  private static List<String> passages(String document) {
    List<String> passages = new ArrayList<>();
    String prose = document.replaceAll("(?s)```.*?```", "\n\n");
    for (String paragraph : prose.split("\\n\\s*\\n", -1)) {
      StringBuilder passage = new StringBuilder();
      for (String line : paragraph.split("\n", -1)) {
        boolean cells = line.stripLeading().startsWith("|");
        if (cells || LIST_ITEM.matcher(line).matches()) {
          passages.add(passage.toString());
          passage.setLength(0);
        }
        if (cells) {
          passages.addAll(List.of(line.split("\\|", -1)));
        } else {
          passage.append(' ').append(line);
        }
      }
      passages.add(passage.toString());
    }
    return passages.stream()
        .map(text -> text.replaceAll("`[^`]*`", "X").replaceAll("]\\([^)]*\\)", "]"))
        .map(text -> text.replaceAll("\\s+", " ").replaceFirst("^ ?(?:[-*]|\\d+\\.|#+) ", ""))
        .map(String::strip)
        .filter(text -> !text.isEmpty())
        .toList();
  }

  /** String literals, those that are joined by {@code +} as one; not SQL in text blocks. */
  private static List<String> messages(String source) {
    String code =
        source
            .replaceAll("(?s)\"\"\".*?\"\"\"", "\"\"")
            .replaceAll("(?s)/\\*.*?\\*/", "")
            .lines()
            .map(line -> line.replaceAll("'\\\\?.'", "c").replaceFirst("//[^\"]*$", ""))
            .collect(joining("\n"));
    List<String> messages = new ArrayList<>();
    Matcher literal = LITERAL.matcher(code.replaceAll("\"\\s*\\+\\s*\"", ""));
    while (literal.find()) {
      messages.add(literal.group(1).replaceAll("\\\\n|%n", " "));
    }
    return messages;
  }
}
