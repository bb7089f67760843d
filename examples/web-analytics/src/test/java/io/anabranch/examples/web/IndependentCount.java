/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.examples.web;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What the views must say of some lines: other code, no Beam, no sketches. */
final class IndependentCount {
  private final Map<String, Long> pageViews = new TreeMap<>();
  private final Map<String, Long> bytes = new TreeMap<>();
  private final Map<String, Set<String>> visitors = new TreeMap<>();
  private long broken;

  static IndependentCount of(List<String> lines) {
    IndependentCount count = new IndependentCount();
    lines.forEach(count::add);
    return count;
  }

  private void add(String line) {
    Optional<Request> parsed = ReferenceParser.parse(line);
    if (parsed.isEmpty()) {
      broken++;
      return;
    }
    Request request = parsed.get();
    Instant minute = request.time().truncatedTo(ChronoUnit.MINUTES);
    Instant hour = request.time().truncatedTo(ChronoUnit.HOURS);
    String path = request.path().replaceFirst("\\?.*", "");
    pageViews.merge(row(path, minute), 1L, Long::sum);
    bytes.merge(row(request.status() / 100 + "xx", minute), request.bytes(), Long::sum);
    visitors.computeIfAbsent(row(path, hour), absent -> new HashSet<>()).add(request.address());
  }

  /** Returns key and bucket of each row with its value. */
  Map<String, Long> view(String name) {
    return switch (name) {
      case "page-views" -> pageViews;
      case "bytes" -> bytes;
      case "visitors" -> {
        Map<String, Long> counts = new TreeMap<>();
        visitors.forEach((row, addresses) -> counts.put(row, (long) addresses.size()));
        yield counts;
      }
      default -> throw new IllegalArgumentException(name);
    };
  }

  long broken() {
    return broken;
  }

  static String row(String key, Instant bucket) {
    return bucket + " " + key;
  }
}
