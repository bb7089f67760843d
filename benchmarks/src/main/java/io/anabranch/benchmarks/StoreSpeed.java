/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.EventFormat;
import io.anabranch.api.MaterializedView;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.log.LogPlace;
import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.api.spi.row.KeyHash;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.api.spi.store.ViewStore;
import io.anabranch.api.spi.store.ViewStores;
import io.anabranch.catalog.Catalog;
import io.anabranch.catalog.Runs;
import io.anabranch.catalog.ViewLifecycle;
import io.anabranch.catalog.document.ViewRef;
import io.anabranch.catalog.transition.SlicePlan;
import io.anabranch.serving.Query;
import io.anabranch.serving.ViewReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.TypeDescriptors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What the store in SQLite costs, beside what the same rows cost in plain JDBC, turn about: the
 * load of a batch slice against a sorted batch insert into one table, and a merged read of one key
 * against a prepared select of the same rows of the same table.
 */
@Command(
    name = "StoreSpeed",
    mixinStandardHelpOptions = true,
    description = "Time loads and reads of the store against plain JDBC.")
public final class StoreSpeed implements Callable<Integer> {
  private static final int BATCH = 50_000;
  private static final int SHARDS = 8;
  private static final int SLICES = 10;
  private static final int ROWS_OF_A_KEY = 10; // in each slice
  private static final String VIEW = "words";
  private static final ViewDefinition<String, String, Long, long[], Long> DEFINITION = define();

  @Option(names = "--rows", description = "Rows to load; default 545000.")
  private int rows = 545_000;

  @Option(names = "--reads", description = "Reads of a round; default 2000.")
  private int reads = 2_000;

  @Option(names = "--dead-letters", description = "Dead letters in the store; default 0.")
  private int deadLetters;

  @Option(names = "--rounds", description = "Pairs of runs; default 5.")
  private int rounds = 5;

  private final PrintStream out;

  StoreSpeed(PrintStream out) {
    this.out = out;
  }

  /** Runs it and exits. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new StoreSpeed(System.out)).execute(args));
  }

  @Override
  public Integer call() throws IOException, SQLException {
    Path folder = Files.createTempDirectory("anabranch-benchmark");
    try {
      load(folder);
      read(folder);
    } finally {
      delete(folder);
    }
    return 0;
  }

  private static ViewDefinition<String, String, Long, long[], Long> define() {
    return ViewDefinition.of(
        MaterializedView.of(String.class, VIEW)
            .bucket(Duration.ofMinutes(1))
            .contributions(
                MapElements.into(
                        TypeDescriptors.kvs(TypeDescriptors.strings(), TypeDescriptors.longs()))
                    .via(word -> KV.of(word, 1L)))
            .combine(Sum.ofLongs()),
        EventFormat.<String>lines(line -> line)
            .timestamp(line -> Instant.EPOCH)
            .coder(StringUtf8Coder.of()));
  }

  private static StoredRow row(long epoch, long minute, String key) {
    try {
      return new StoredRow(
          epoch,
          minute * 60_000,
          CoderUtils.encodeToByteArray(DEFINITION.keyCoder(), key),
          key,
          CoderUtils.encodeToByteArray(DEFINITION.accumulatorCoder(), new long[] {1}),
          1);
    } catch (CoderException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Rows come shard by shard, and in any order within a shard, as they do out of a shuffle. */
  private static List<StoredRow> shuffled(int count) {
    StoredRow like = row(1, 0, "/page/0");
    List<StoredRow> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String key = "/page/" + (i * 7_919L) % 50_000;
      all.add(
          new StoredRow(1, i / 50_000 * 60_000L, key.getBytes(UTF_8), key, like.accumulator(), 1));
    }
    all.sort(Comparator.comparingInt(each -> KeyHash.shard(each.keyText(), SHARDS)));
    return all;
  }

  private void load(Path folder) throws SQLException {
    List<StoredRow> all = shuffled(rows);
    double[] store = new double[rounds];
    double[] plain = new double[rounds];
    for (int round = 0; round < rounds; round++) {
      Path file = folder.resolve("load-" + round + ".db");
      plain[round] = seconds(() -> insert(folder.resolve("plain-" + file.getFileName()), all));
      try (ViewStore opened = open(file)) {
        ViewLifecycle views = new ViewLifecycle(opened);
        OpenSlice slice = next(opened, Epochs.NONE, 1);
        store[round] =
            seconds(
                () -> {
                  for (int from = 0; from < all.size(); from += BATCH) {
                    int to = Math.min(all.size(), from + BATCH);
                    opened.rows().fill(slice.fence(), all.subList(from, to));
                  }
                  views.publish(List.of(slice));
                });
      }
    }
    out.printf(
        "load of %,d rows: store %.2f s, sorted batch insert %.2f s, ratio %.2f%n",
        rows, median(store), median(plain), ratio(store, plain));
  }

  private static void insert(Path file, List<StoredRow> all) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement create = connection.createStatement()) {
      create.execute("PRAGMA journal_mode = WAL");
      create.execute("PRAGMA synchronous = NORMAL");
      create.execute(
          "CREATE TABLE plain (key TEXT, bucket INTEGER, accumulator BLOB, PRIMARY KEY (key, bucket)) WITHOUT ROWID");
      List<StoredRow> sorted = new ArrayList<>(all);
      sorted.sort(Comparator.comparing(StoredRow::keyText).thenComparing(StoredRow::bucket));
      connection.setAutoCommit(false);
      try (PreparedStatement insert =
          connection.prepareStatement("INSERT INTO plain VALUES (?, ?, ?)")) {
        for (StoredRow row : sorted) {
          insert.setString(1, row.keyText());
          insert.setLong(2, row.bucket());
          insert.setBytes(3, row.accumulator());
          insert.addBatch();
        }
        insert.executeBatch();
      }
      connection.commit();
    }
  }

  private void read(Path folder) throws SQLException {
    Path file = folder.resolve("read.db");
    try (ViewStore store = open(file);
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
      for (int slice = 0; slice < SLICES; slice++) {
        publish(store, slice);
      }
      writeDeadLetters(store);
      ViewReader<String, Long> reader = ViewReader.of(store, DEFINITION);
      try (PreparedStatement select = connection.prepareStatement(select(store))) {
        double[][] merged = new double[rounds][];
        double[][] plain = new double[rounds][];
        for (int round = 0; round < rounds; round++) {
          plain[round] = times(key -> select(select, key));
          merged[round] =
              times(
                  key ->
                      reader.read(Query.all().key(key)).rows().stream()
                          .mapToLong(row -> row.value())
                          .sum());
        }
        report("p50", merged, plain, 0.5);
        report("p99", merged, plain, 0.99);
      }
    }
  }

  private static void publish(ViewStore store, int number) {
    OpenSlice slice = next(store, number == 0 ? Epochs.NONE : number, number + 1);
    List<StoredRow> all = new ArrayList<>();
    for (int key = 0; key < 1_000; key++) {
      for (int bucket = 0; bucket < ROWS_OF_A_KEY; bucket++) {
        all.add(row(number + 1, (long) number * ROWS_OF_A_KEY + bucket, "/page/" + key));
      }
    }
    store.rows().fill(slice.fence(), all);
    new ViewLifecycle(store).publish(List.of(slice));
  }

  private void writeDeadLetters(ViewStore store) {
    long generation = new Catalog(store.catalog()).load(VIEW).live().get(0).generation();
    List<DeadLetter> letters = new ArrayList<>();
    for (int letter = 0; letter < deadLetters; letter++) {
      letters.add(
          new DeadLetter(
              new LogPlace(letter % SLICES, "segment", letter), "no digit", "x".getBytes(UTF_8)));
    }
    store.deadLetters().write(Map.of(VIEW, generation), letters);
  }

  private static String select(ViewStore store) {
    List<String> rowSets =
        new Catalog(store.catalog())
            .load(VIEW).liveSlices().stream().map(slice -> Long.toString(slice.rows())).toList();
    return "SELECT bucket, length, key, key_text, accumulator FROM anabranch_row WHERE slice IN (%s) AND hash = ? AND key_text = ?"
        .formatted(String.join(", ", rowSets));
  }

  private static long select(PreparedStatement select, String key) throws SQLException {
    select.setLong(1, KeyHash.of(key));
    select.setString(2, key);
    long found = 0;
    try (ResultSet result = select.executeQuery()) {
      while (result.next()) {
        result.getLong(1);
        result.getLong(2);
        result.getBytes(3);
        result.getString(4);
        found += result.getBytes(5).length > 0 ? 1 : 0;
      }
    }
    return found;
  }

  @FunctionalInterface
  private interface Read {
    long of(String key) throws SQLException;
  }

  /** Returns how long each read took, in microseconds, shortest first. */
  private double[] times(Read read) throws SQLException {
    double[] times = new double[reads];
    for (int i = 0; i < reads; i++) {
      String key = "/page/" + (i * 37) % 1_000;
      long begun = System.nanoTime();
      long found = read.of(key);
      times[i] = (System.nanoTime() - begun) / 1e3;
      if (found != SLICES * ROWS_OF_A_KEY) {
        throw new IllegalStateException(key + " has " + found + " rows");
      }
    }
    Arrays.sort(times);
    return times;
  }

  private void report(String what, double[][] merged, double[][] plain, double share) {
    double[] one = at(merged, share);
    double[] other = at(plain, share);
    out.printf(
        "read of one key, %d rows over %d slices, %,d dead letters, %s: merged %.0f us, plain select %.0f us, ratio %.2f%n",
        SLICES * ROWS_OF_A_KEY,
        SLICES,
        deadLetters,
        what,
        median(one),
        median(other),
        ratio(one, other));
  }

  private static double[] at(double[][] times, double share) {
    return Arrays.stream(times)
        .mapToDouble(each -> each[(int) (share * (each.length - 1))])
        .toArray();
  }

  private static OpenSlice next(ViewStore store, long after, long through) {
    ViewRef ref = new ViewRef(VIEW, DEFINITION.fingerprint(), "log", Duration.ofHours(1));
    SlicePlan plan = new SlicePlan(ref, new EpochRange(after, through));
    return new ViewLifecycle(store).openBatch(new Runs(store).begin("batch"), List.of(plan)).get(0);
  }

  private static ViewStore open(Path file) {
    return ViewStores.open(new Settings(Map.of("url", "jdbc:sqlite:" + file)));
  }

  @FunctionalInterface
  private interface Work {
    void run() throws SQLException;
  }

  private static double seconds(Work work) throws SQLException {
    long begun = System.nanoTime();
    work.run();
    return (System.nanoTime() - begun) / 1e9;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  /** Returns the median of the ratios of pairs. */
  private static double ratio(double[] one, double[] other) {
    double[] ratios = new double[one.length];
    Arrays.setAll(ratios, i -> one[i] / other[i]);
    return median(ratios);
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
