/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import java.time.Instant;
import java.util.Locale;

/**
 * Reads one line of the combined log format from left to right, without a regular expression: this
 * runs once for every record of the log.
 *
 * <p>Fields are divided by exactly one space: {@code host ident user [time] "request" status bytes
 * "referer" "agent"}. The first three are words; inside of quotes a backslash takes the next
 * character along; the last quote ends the line. No field holds a control character.
 */
final class CombinedLogParser {
  /** A petabyte: what is larger cannot be a response, and would soon overflow a sum. */
  private static final int MOST_DIGITS_OF_BYTES = 15;

  private final String line;

  /** The first character that was not read yet. */
  private int at;

  private CombinedLogParser(String line) {
    this.line = line;
  }

  static Request parse(String line) {
    return new CombinedLogParser(line).request();
  }

  private Request request() {
    requireNoControls();
    String address = word("the host");
    skipWord("the ident");
    skipWord("the user");
    Instant time = time();
    int request = openQuote("the request");
    int requestEnd = closeQuote("the request");
    int status = status();
    long bytes = bytes();
    requireMore("no referer and user agent: it is the common log format");
    openQuote("the referer");
    closeQuote("the referer");
    requireMore("the user agent is missing");
    expect(' ', "after the referer there is no space");
    int agent = openQuote("the user agent");
    int agentEnd = closeQuote("the user agent");
    if (at != line.length()) {
      throw invalid("something follows the closing quote of the user agent");
    }
    int method = spaceBefore(requestEnd, request);
    int path = spaceBefore(requestEnd, method + 1);
    if (method == request
        || path == method + 1
        || path + 1 == requestEnd
        || line.lastIndexOf(' ', requestEnd - 1) != path) {
      throw notThreeWords();
    }
    return new Request(
        address,
        time,
        line.substring(request, method),
        line.substring(method + 1, path),
        status,
        bytes,
        line.substring(agent, agentEnd));
  }

  /** Servers escape them, so the line is damaged, or no text. */
  private void requireNoControls() {
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c < ' ' || (c >= 0x7F && c <= 0x9F)) {
        throw invalid(String.format(Locale.ROOT, "it holds the control character U+%04X", (int) c));
      }
    }
  }

  private void requireMore(String otherwise) {
    if (at == line.length()) {
      throw invalid(otherwise);
    }
  }

  private String word(String name) {
    int start = at;
    skipWord(name);
    return line.substring(start, at - 1);
  }

  private void skipWord(String name) {
    int end = line.indexOf(' ', at);
    if (end < 0) {
      throw invalid("the line ends in or before " + name);
    }
    if (end == at) {
      throw invalid(name + " is empty");
    }
    at = end + 1;
  }

  private Instant time() {
    expect('[', "the time does not begin with [");
    int end = at + LogTime.LENGTH;
    if (end >= line.length() || line.charAt(end) != ']') {
      throw invalid(LogTime.EXPECTED);
    }
    Instant time = LogTime.parse(line, at);
    at = end + 1;
    expect(' ', "after the time there is no space");
    return time;
  }

  private int openQuote(String name) {
    if (at >= line.length() || line.charAt(at) != '"') {
      throw invalid(name + " does not begin with a quote");
    }
    return ++at;
  }

  /** Goes behind the closing quote, and returns the place of the quote. */
  private int closeQuote(String name) {
    int quote = line.indexOf('"', at);
    while (quote >= 0 && isEscaped(quote)) {
      quote = line.indexOf('"', quote + 1);
    }
    if (quote < 0) {
      throw invalid(name + " has no closing quote");
    }
    at = quote + 1;
    return quote;
  }

  /** Returns whether a backslash takes the quote along: one that no other backslash takes along. */
  private boolean isEscaped(int quote) {
    int first = quote;
    while (first > at && line.charAt(first - 1) == '\\') {
      first--;
    }
    return (quote - first) % 2 == 1;
  }

  private int status() {
    expect(' ', "after the request there is no space");
    if (at + 3 >= line.length() || line.charAt(at + 3) != ' ') {
      throw badStatus();
    }
    int status = 0;
    for (int i = at; i < at + 3; i++) {
      int digit = line.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        throw badStatus();
      }
      status = 10 * status + digit;
    }
    if (status < 100 || status > 599) {
      throw badStatus();
    }
    at += 4;
    return status;
  }

  private long bytes() {
    int space = line.indexOf(' ', at);
    int end = space < 0 ? line.length() : space;
    if (end == at) {
      throw badBytes();
    }
    int start = at;
    at = Math.min(end + 1, line.length());
    if (end == start + 1 && line.charAt(start) == '-') {
      return 0;
    }
    if (end - start > MOST_DIGITS_OF_BYTES) {
      throw badBytes();
    }
    long bytes = 0;
    for (int i = start; i < end; i++) {
      int digit = line.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        throw badBytes();
      }
      bytes = 10 * bytes + digit;
    }
    return bytes;
  }

  private int spaceBefore(int end, int from) {
    int space = line.indexOf(' ', from);
    if (space < 0 || space >= end) {
      throw notThreeWords();
    }
    return space;
  }

  private void expect(char expected, String otherwise) {
    if (at >= line.length() || line.charAt(at) != expected) {
      throw invalid(otherwise);
    }
    at++;
  }

  private static IllegalArgumentException notThreeWords() {
    return invalid("the request is not three words divided by one space each");
  }

  private static IllegalArgumentException badStatus() {
    return invalid("the status is not three digits from 100 to 599");
  }

  private static IllegalArgumentException badBytes() {
    return invalid("the size is neither - nor up to " + MOST_DIGITS_OF_BYTES + " digits");
  }

  static IllegalArgumentException invalid(String what) {
    return new IllegalArgumentException("not a line of the combined log format: " + what);
  }
}
