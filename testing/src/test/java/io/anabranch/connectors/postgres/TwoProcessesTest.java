/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.row.LiveSlice;
import io.anabranch.api.spi.row.RowQuery;
import io.anabranch.api.spi.row.SliceRange;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.CatalogChange;
import io.anabranch.api.spi.store.Fence;
import io.anabranch.api.spi.store.FencedException;
import io.anabranch.api.spi.store.RowStore.Suspension;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.api.spi.store.ViewStores;
import io.anabranch.testing.server.PostgresServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A store that several processes use at once. */
class TwoProcessesTest {
  private static final String VIEW = "views";
  private static final long ROWS = 1_000_001;
  private static final int TAKE_OVERS = 5;

  /** Each run of another process is fenced while it writes as fast as it can. */
  @Test
  void nothingOfAFencedProcessIsWrittenAfterATakeOver() throws Exception {
    try (PostgresServer server = PostgresServer.start()) {
      Settings settings = new Settings(Map.of("url", server.newDatabase()));
      try (ViewStore store = ViewStores.open(settings)) {
        for (long run = 1; run <= TAKE_OVERS; run++) {
          assertThat(take(store, run - 1, run), is(true));
          Process writer = start(settings, run);
          try (BufferedReader out =
              new BufferedReader(new InputStreamReader(writer.getInputStream(), UTF_8))) {
            assertThat(out.readLine(), is("writes"));
            int before = rows(store).size();

            assertThat(take(store, run, 100 + run), is(true));
            Map<String, Integer> taken = rows(store);
            String end = out.readLine();
            writer.waitFor();

            assertThat(end, is("fenced by " + (100 + run)));
            assertThat("rows while it wrote", taken.size(), greaterThan(before - 1));
            assertThat("rows after take-over " + run, rows(store), is(taken));
            assertThat(take(store, 100 + run, 0), is(true));
          } finally {
            writer.destroyForcibly();
          }
        }
      }
    }
  }

  /** Gives the row set from one run to another; 0 stands for none. */
  private static boolean take(ViewStore store, long from, long to) {
    long revision = revision(store);
    return store
        .catalog()
        .commit(
            List.of(
                new CatalogChange(
                    VIEW,
                    revision,
                    "{\"from\":%d,\"to\":%d}".formatted(from, to),
                    "test",
                    to == 0 ? List.of() : List.of(fence(to)),
                    List.of(
                        new LiveSlice(
                            new SliceRange(ROWS, EpochRange.ALL),
                            true,
                            3,
                            "log",
                            Long.MIN_VALUE,
                            Long.MAX_VALUE,
                            Optional.empty())),
                    List.of())),
            Map.of());
  }

  private static Fence fence(long run) {
    return new Fence(VIEW, ROWS, run, Epochs.NONE);
  }

  private static long revision(ViewStore store) {
    try (var snapshot = store.catalog().snapshot()) {
      return Optional.ofNullable(snapshot.catalog(List.of(VIEW)).entries().get(VIEW))
          .map(entry -> entry.revision())
          .orElse(0L);
    }
  }

  private static Map<String, Integer> rows(ViewStore store) {
    Map<String, Integer> rows = new TreeMap<>();
    RowQuery everything =
        new RowQuery(
            VIEW,
            Long.MIN_VALUE,
            Long.MAX_VALUE,
            Set.of(),
            Optional.empty(),
            false,
            OptionalInt.empty(),
            RowQuery.Letters.ALL,
            0,
            Optional.of(Duration.ofMinutes(1)));
    store.rows().readLive(everything, row -> rows.put(row.keyText(), (int) row.accumulator()[0]));
    return rows;
  }

  private static Process start(Settings settings, long run) throws IOException {
    return new ProcessBuilder(
            System.getProperty("java.home") + "/bin/java",
            "-Xmx256m",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            Writer.class.getName(),
            settings.get("url").orElseThrow(),
            Long.toString(run))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** Writes new rows, some by statements and some in bulk, until it is fenced. */
  static final class Writer {
    private Writer() {}

    public static void main(String[] arguments) {
      long run = Long.parseLong(arguments[1]);
      Settings settings = new Settings(Map.of("url", arguments[0]));
      try (ViewStore store = ViewStores.open(settings)) {
        for (int batch = 0; ; batch++) {
          List<StoredRow> rows = new ArrayList<>();
          for (int i = 0; i < 10; i++) {
            String key = "%d-%d-%d".formatted(run, batch, i);
            rows.add(new StoredRow(1, 0, key.getBytes(UTF_8), key, new byte[] {1}, 1));
          }
          if (batch % 2 == 0) {
            store.rows().write(fence(run), rows, Suspension.IGNORED);
          } else {
            store.rows().fill(fence(run), rows);
          }
          if (batch == 20) {
            System.out.println("writes");
          }
        }
      } catch (FencedException e) {
        System.out.println("fenced by " + e.owner());
      }
    }
  }
}
