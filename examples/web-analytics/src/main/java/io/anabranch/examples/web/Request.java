/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import org.apache.beam.sdk.coders.Coder;

/**
 * One request of a web server, a line of its log in the combined format of Apache httpd:
 *
 * <pre>{@code
 * 198.18.0.7 - - [17/May/2015:10:05:03 +0000] "GET /blog?page=2 HTTP/1.1" 200 5120 "-" "Mozilla/5.0"
 * }</pre>
 *
 * <p>Texts are kept as the server wrote them, escapes such as {@code \"} and {@code \x1b} included.
 * Source: <a href="https://httpd.apache.org/docs/2.4/logs.html#combined">Apache httpd, log
 * files</a>.
 *
 * @param address the client's address or host name
 * @param time when the server received the request, in full seconds
 * @param method the first word of the request, {@code GET}
 * @param path the second word of the request with its query string, {@code /blog?page=2}
 * @param status the HTTP status, 100 to 599
 * @param bytes the size of the response's body; 0 if the log has {@code -}
 * @param agent the {@code User-Agent} header, {@code -} if there was none
 */
public record Request(
    String address,
    Instant time,
    String method,
    String path,
    int status,
    long bytes,
    String agent) {

  /** Refuses missing parts. */
  public Request {
    requireNonNull(address, "address");
    requireNonNull(time, "time");
    requireNonNull(method, "method");
    requireNonNull(path, "path");
    requireNonNull(agent, "agent");
  }

  /**
   * Reads a line of the combined log format, without its line end.
   *
   * @throws IllegalArgumentException if a field is missing or not as it should be; the message says
   *     which one, and never holds a part of the line
   */
  public static Request parse(String line) {
    return CombinedLogParser.parse(line);
  }

  /** Returns the coder of requests. */
  public static Coder<Request> coder() {
    return RequestCoder.of();
  }

  /** Returns the path without the query string: up to the first {@code ?}. */
  public String page() {
    int query = path.indexOf('?');
    return query < 0 ? path : path.substring(0, query);
  }

  /** Returns the class of the status: {@code 1xx} to {@code 5xx}. */
  public String statusClass() {
    return switch (status / 100) {
      case 1 -> "1xx";
      case 2 -> "2xx";
      case 3 -> "3xx";
      case 4 -> "4xx";
      case 5 -> "5xx";
      default -> throw new IllegalStateException("status " + status + " is not 100 to 599");
    };
  }
}
