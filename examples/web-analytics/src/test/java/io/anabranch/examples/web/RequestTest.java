/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.testing.CoderProperties;
import org.apache.beam.sdk.util.SerializableUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTest {
  private static final String LINE =
      "198.18.0.7 - - [17/May/2015:10:05:03 +0000] \"GET /blog?page=2 HTTP/1.1\" 200 5120"
          + " \"https://shop.example/\" \"Mozilla/5.0 (X11; Linux)\"";
  private static final Request REQUEST =
      new Request(
          "198.18.0.7",
          Instant.parse("2015-05-17T10:05:03Z"),
          "GET",
          "/blog?page=2",
          200,
          5120,
          "Mozilla/5.0 (X11; Linux)");

  @Test
  void lineBecomesARequest() {
    assertThat(Request.parse(LINE), is(REQUEST));
  }

  @Test
  void otherFormsOfFieldsAreRead() {
    Request request =
        Request.parse(
            "2001:db8::1 ident user-7 [29/Feb/2016:23:59:59 -0130] \"POST * HTTP/2.0\" 599 -"
                + " \"-\" \"\"");

    assertThat(
        request,
        is(
            new Request(
                "2001:db8::1", Instant.parse("2016-03-01T01:29:59Z"), "POST", "*", 599, 0, "")));
  }

  @Test
  void escapedQuotesAreKeptAsTheServerWroteThem() {
    Request request =
        Request.parse(
            "h - - [17/May/2015:10:05:03 +0000] \"GET /a\\\"b HTTP/1.1\" 200 1 \"say \\\"hi\\\"\""
                + " \"\\\"Reader\\\" 1.0 \\\\\"");

    assertThat(request.path(), is("/a\\\"b"));
    assertThat(request.agent(), is("\\\"Reader\\\" 1.0 \\\\"));
  }

  @ParameterizedTest
  @CsvSource({
    "17/May/2015:10:05:03 +0200, 2015-05-17T08:05:03Z",
    "17/May/2015:10:05:03 -0930, 2015-05-17T19:35:03Z",
    "01/Jan/2016:00:30:00 +0545, 2015-12-31T18:45:00Z",
    "31/Dec/1999:23:59:59 -1800, 2000-01-01T17:59:59Z",
    "01/Jan/1970:00:00:00 +0001, 1969-12-31T23:59:00Z",
  })
  void zoneOffsetIsTakenToUtc(String time, String expected) {
    Request request = Request.parse(LINE.replace("17/May/2015:10:05:03 +0000", time));

    assertThat(request.time(), is(Instant.parse(expected)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "5120|512x|the size is neither - nor up to 15 digits",
        "5120|-1|the size is neither",
        "5120|--|the size is neither",
        "5120|1234567890123456|the size is neither",
        " 5120 |  |the size is neither",
        " 5120 \"https| 5120|the size is neither",
        " 200 | 99 |the status is not three digits from 100 to 599",
        " 200 | 600 |the status is not",
        " 200 | 099 |the status is not",
        " 200 | 2000 |the status is not",
        " 200 | 20 |the status is not",
        " 200 | 2x0 |the status is not",
        " 200 | - |the status is not",
        "GET /blog?page=2 HTTP/1.1|-|the request is not three words",
        "GET /blog?page=2 HTTP/1.1|GET|the request is not three words",
        "GET /blog?page=2 HTTP/1.1|GET /blog|the request is not three words",
        "GET /blog?page=2 HTTP/1.1|GET /my blog HTTP/1.1|the request is not three words",
        "GET /blog?page=2 HTTP/1.1||the request is not three words",
        "GET /blog?page=2 HTTP/1.1|  |the request is not three words",
        "GET /blog|GET  /blog|the request is not three words",
        "GET /blog| GET /blog|the request is not three words",
        "HTTP/1.1\"|HTTP/1.1 \"|the request is not three words",
        "HTTP/1.1\"|\"|the request is not three words",
        "[17/May|17/May|the time does not begin with [",
        " [17/May|  [17/May|the time does not begin with [",
        "+0000]|+0000|the time is not like [17/May/2015:10:05:03 +0000]",
        "+0000|0000|the time is not",
        "+0000|+1801|the time is not",
        "+0000|+0160|the time is not",
        "+0000|*0000|the time is not",
        "+0000|GMT00|the time is not",
        "17/May|32/May|the time is not",
        "17/May|00/May|the time is not",
        "17/May/2015|29/Feb/2015|the time is not",
        "17/May/2015|29/Feb/1900|the time is not",
        "17/May|31/Jun|the time is not",
        "17/May|17/MAY|the time is not",
        "17/May|17/Mai|the time is not",
        "17/May|7/May|the time is not",
        "17/May|17-May|the time is not",
        "10:05:03|24:05:03|the time is not",
        "10:05:03|10:60:03|the time is not",
        "10:05:03|10:05:60|the time is not",
        "10:05:03|10-05-03|the time is not",
        "10:05:03|\u06610:05:03|the time is not",
        "+0000] |+0000]|after the time there is no space",
        "+0000] |+0000]  |the request does not begin with a quote",
        "\"GET|GET|the request does not begin with a quote",
        "HTTP/1.1\"|HTTP/1.1|after the request there is no space",
        "HTTP/1.1\" 200|HTTP/1.1\"200|after the request there is no space",
        "\"https|https|the referer does not begin with a quote",
        "/\" \"Moz|/\" Moz|the user agent does not begin with a quote",
        "/\" \"Moz|/\"\"Moz|after the referer there is no space",
        "Linux)\"|Linux)|the user agent has no closing quote",
        "Linux)\"|Linux)\\\"|the user agent has no closing quote",
        "Linux)\"|Linux)\" \"\"|something follows the closing quote of the user agent",
        "Linux)\"|Linux)\" |something follows the closing quote",
        "198.18.0.7 |  |the host is empty",
        "198.18.0.7 -|198.18.0.7 |the ident is empty",
        "- - [|-  [|the user is empty",
        "- - [|- [|the time does not begin with [",
        " \"https://shop.example/\" \"Mozilla/5.0 (X11; Linux)\"||no referer and user agent: it is the common log format",
        "\"https://shop.example/\" \"Mozilla/5.0 (X11; Linux)\"||no referer and user agent",
        "5120 \"https://shop.example/\" \"Mozilla/5.0 (X11; Linux)\"|-|no referer and user agent",
        "5120 \"https://shop.example/\" \"Mozilla/5.0 (X11; Linux)\"|512x|the size is neither",
        " 5120 \"https://shop.example/\" \"Mozilla/5.0 (X11; Linux)\"| |the size is neither",
        " \"Mozilla/5.0 (X11; Linux)\"||the user agent is missing",
        "\"Mozilla/5.0 (X11; Linux)\"||the user agent does not begin with a quote",
      })
  void invalidFieldIsNamedAndNeverQuoted(String valid, String broken, String field) {
    String line = LINE.replace(valid, broken == null ? "" : broken);

    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> Request.parse(line), line);

    assertThat(line, reference(line), is(Optional.empty()));
    assertThat(refusal.getMessage(), startsWith("not a line of the combined log format: " + field));
  }

  @ParameterizedTest
  @CsvSource({"0, U+0000", "1, U+0001", "9, U+0009", "10, U+000A", "127, U+007F", "133, U+0085"})
  void controlCharacterInAnyFieldIsNamed(int character, String name) {
    for (String field : List.of("198", "- -", "GET", "/blog", "https", "Linux", ")\"")) {
      String line =
          LINE.replace(field, field.charAt(0) + "" + (char) character + field.substring(1));

      IllegalArgumentException refusal =
          assertThrows(IllegalArgumentException.class, () -> Request.parse(line), field);

      assertThat(
          refusal.getMessage(),
          is("not a line of the combined log format: it holds the control character " + name));
    }
  }

  @Test
  void lineWithoutItsLastQuoteSaysSo() {
    String line = LINE.substring(0, LINE.length() - 1);

    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> Request.parse(line));

    assertThat(
        refusal.getMessage(),
        is("not a line of the combined log format: the user agent has no closing quote"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", "-", "\"", "a b c", "a b c ", "a b c [", "a b c [] ", "{\"a\":1}"})
  void textThatIsNoLogLineIsRefused(String line) {
    assertThrows(IllegalArgumentException.class, () -> Request.parse(line));
  }

  @Test
  void everyBeginningOfALineIsRefused() {
    for (int length = 0; length < LINE.length(); length++) {
      String line = LINE.substring(0, length);

      assertThrows(IllegalArgumentException.class, () -> Request.parse(line), line);
    }
  }

  /** The parser and a regular expression written from the same rules agree on mangled lines. */
  @Test
  void parserAgreesWithTheReference() {
    long seed = 20260714;
    Random random = new Random(seed);
    List<String> lines =
        new WebTraffic()
                .arrivals(
                    seed, 500, Instant.parse("2026-02-27T22:00:00Z"), java.time.Duration.ofDays(3))
                .stream()
                .map(arrival -> arrival.line())
                .toList();
    int valid = 0;
    int invalid = 0;
    for (int round = 0; round < 60_000; round++) {
      String line = lines.get(random.nextInt(lines.size()));
      for (int i = random.nextInt(4); i > 0 && !line.isEmpty(); i--) {
        line = mutate(random, line, lines);
      }
      Optional<Request> expected = reference(line);

      assertThat("seed " + seed + ": " + line, parsed(line), is(expected));
      if (expected.isPresent()) {
        valid++;
      } else {
        invalid++;
      }
    }
    assertThat(valid, greaterThan(10_000));
    assertThat(invalid, greaterThan(10_000));
  }

  @Test
  void pageIsThePathWithoutItsQuery() {
    assertThat(REQUEST.page(), is("/blog"));
    assertThat(Request.parse(LINE.replace("/blog?page=2", "/a?b?c")).page(), is("/a"));
    assertThat(Request.parse(LINE.replace("/blog?page=2", "/a/")).page(), is("/a/"));
  }

  @ParameterizedTest
  @CsvSource({"100, 1xx", "204, 2xx", "304, 3xx", "499, 4xx", "500, 5xx", "599, 5xx"})
  void statusHasAClass(int status, String statusClass) {
    assertThat(
        Request.parse(LINE.replace(" 200 ", " " + status + " ")).statusClass(), is(statusClass));
  }

  @Test
  void requestComesBackFromItsBytes() throws Exception {
    Coder<Request> coder = Request.coder();
    for (String line :
        List.of(LINE, LINE.replace("5120", "999999999999999").replace("blog", "bl\u00f6g"))) {
      Request request = Request.parse(line);

      CoderProperties.coderDecodeEncodeEqual(coder, request);
      CoderProperties.coderDeterministic(coder, request, Request.parse(line));
    }
    coder.verifyDeterministic();
    CoderProperties.coderSerializable(coder);
    assertThat(SerializableUtils.ensureSerializable(coder), is(coder));
  }

  @Test
  void missingPartIsNamed() {
    NullPointerException refusal =
        assertThrows(
            NullPointerException.class,
            () -> new Request("a", Instant.EPOCH, "GET", null, 200, 0, "-"));

    assertThat(refusal.getMessage(), containsString("path"));
  }

  private static Optional<Request> parsed(String line) {
    try {
      return Optional.of(Request.parse(line));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<Request> reference(String line) {
    return ReferenceParser.parse(line);
  }

  private static String mutate(Random random, String line, List<String> lines) {
    int at = random.nextInt(line.length());
    int end = Math.min(line.length(), at + 1 + random.nextInt(3));
    String alphabet = " \"\\[]/:+-0123456789?aJM\0\t\u0085";
    char c = alphabet.charAt(random.nextInt(alphabet.length()));
    return switch (random.nextInt(6)) {
      case 0 -> line.substring(0, at) + line.substring(end);
      case 1 -> line.substring(0, at) + c + line.substring(at);
      case 2 -> line.substring(0, at) + c + line.substring(at + 1);
      case 3 -> line.substring(0, at) + line.substring(at, end) + line.substring(at);
      case 4 -> line.substring(0, at);
      default -> {
        String other = lines.get(random.nextInt(lines.size()));
        yield line.substring(0, at) + other.substring(Math.min(at, other.length()));
      }
    };
  }
}
