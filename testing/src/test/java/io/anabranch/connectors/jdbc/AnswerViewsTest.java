/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.EventFormat;
import io.anabranch.api.MaterializedView;
import io.anabranch.api.definition.SqlParts;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.api.spi.store.ViewStores;
import io.anabranch.catalog.document.ViewRef;
import io.anabranch.catalog.transition.SlicePlan;
import io.anabranch.contracts.store.TestStore;
import io.anabranch.serving.Query;
import io.anabranch.serving.ViewReader;
import io.anabranch.testing.server.PostgresServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntFunction;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.coders.DoubleCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Max;
import org.apache.beam.sdk.transforms.Mean;
import org.apache.beam.sdk.transforms.Min;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.util.CoderUtils;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The SQL views of both databases say what readers answer. */
class AnswerViewsTest {
  private static final int STEPS = 25;
  private static final int EPOCHS = 40;
  private static final List<String> KEYS =
      List.of("a", "", "it's", "\u00e9 \ud83d\ude00", "k".repeat(400));

  @TempDir Path folder;
  private static PostgresServer server;

  enum Database {
    SQLITE,
    POSTGRES
  }

  @BeforeAll
  static void startServer() {
    server = PostgresServer.start();
  }

  @AfterAll
  static void closeServer() {
    server.close();
  }

  private String newUrl(Database database, String name) {
    return switch (database) {
      case SQLITE -> "jdbc:sqlite:" + folder.resolve(name + ".db");
      case POSTGRES -> server.newDatabase();
    };
  }

  @ParameterizedTest
  @EnumSource
  void sqlAnswersAsReadersDoWhateverTheFunction(Database database) throws Exception {
    long seed = System.nanoTime();
    history(database, seed, exact("sum-of-longs", Sum.ofLongs(), VarLongCoder.of(), n -> 9L * n));
    history(database, seed, exact("sum-of-integers", Sum.ofIntegers(), VarIntCoder.of(), n -> -n));
    history(database, seed, exact("counts", Count.combineFn(), StringUtf8Coder.of(), n -> "any"));
    history(
        database, seed, exact("min", Min.ofLongs(), VarLongCoder.of(), n -> Long.MIN_VALUE + n));
    history(database, seed, exact("max", Max.ofIntegers(), VarIntCoder.of(), n -> n));
    history(database, seed, rounded("sum-of-doubles", Sum.ofDoubles(), n -> n / 7.0));
    history(database, seed, rounded("min-of-doubles", Min.ofDoubles(), n -> -n / 3.0));
    history(database, seed, rounded("max-of-doubles", Max.ofDoubles(), n -> 1e300 * n));
    history(database, seed, rounded("means", Mean.of(), n -> n / 3.0));
  }

  /** A view, what it is asked to combine, and whether its values are exact in SQL too. */
  private record Case<V, A, O>(
      ViewDefinition<String, String, V, A, O> view, IntFunction<V> contribution, boolean exact) {
    String name() {
      return view.name();
    }

    StoredRow row(Random random, long epoch) throws CoderException {
      int contributions = 1 + random.nextInt(3);
      A accumulator = view.combineFn().createAccumulator();
      for (int i = 0; i < contributions; i++) {
        accumulator = view.combineFn().addInput(accumulator, contribution.apply(random.nextInt(9)));
      }
      String key = KEYS.get(random.nextInt(KEYS.size()));
      byte[] encoded = CoderUtils.encodeToByteArray(view.accumulatorCoder(), accumulator);
      return new StoredRow(
          epoch,
          random.nextInt(3) * 60_000L - 60_000,
          0,
          key.getBytes(UTF_8),
          key,
          encoded,
          contributions,
          SqlParts.of(view).of(encoded));
    }

    ViewRef ref() {
      return new ViewRef(
          view.name(), view.fingerprint(), "log", Duration.ofHours(1), view.sqlMerge());
    }
  }

  private static <V, A, O> Case<V, A, O> exact(
      String name, CombineFn<V, A, O> function, Coder<V> coder, IntFunction<V> contribution) {
    return new Case<>(view(name, function, coder), contribution, true);
  }

  private static <A> Case<Double, A, Double> rounded(
      String name, CombineFn<Double, A, Double> function, IntFunction<Double> contribution) {
    return new Case<>(view(name, function, DoubleCoder.of()), contribution, false);
  }

  private static <V, A, O> ViewDefinition<String, String, V, A, O> view(
      String name, CombineFn<V, A, O> function, Coder<V> coder) {
    return ViewDefinition.of(
        MaterializedView.of(String.class, name)
            .bucket(Duration.ofMinutes(1))
            .contributions(word -> word, word -> (V) null) // rows are written without it
            .coders(StringUtf8Coder.of(), coder)
            .combine(function),
        EventFormat.<String>lines(line -> line)
            .timestamp(line -> Instant.EPOCH)
            .coder(StringUtf8Coder.of()));
  }

  private void history(Database database, long seed, Case<?, ?, ?> given) throws Exception {
    Random random = new Random(seed);
    String url = newUrl(database, given.name());
    List<String> steps = new ArrayList<>();
    try (TestStore store = open(url);
        Connection sql = connect(database, url)) {
      OpenSlice speed =
          store.openStream(store.beginRun("stream"), given.ref(), Architecture.LAMBDA);
      long batch = Epochs.NONE;
      for (int step = 0; step < STEPS; step++) {
        long next = batch == Epochs.NONE ? 0 : batch + 1;
        switch (random.nextInt(5)) {
          case 0 -> {
            publish(store, given, random, batch, next);
            batch = next;
            steps.add("batch");
          }
          case 1 -> {
            store.dropSuperseded(given.name());
            steps.add("drop");
          }
          default -> {
            store.write(speed, rows(given, random, next + random.nextInt(2)));
            steps.add("speed");
          }
        }
        assertThat(
            "%s, seed %d, after %s".formatted(given.name(), seed, steps),
            sqlRows(sql, given),
            is(readerRows(store, given)));
      }
      assertThat("rows with seed " + seed, sqlRows(sql, given), not(empty()));
    }
  }

  private static void publish(
      TestStore store, Case<?, ?, ?> given, Random random, long after, long through)
      throws CoderException {
    SlicePlan plan = new SlicePlan(given.ref(), new EpochRange(after, through));
    OpenSlice slice = store.openBatch(store.beginRun("batch"), List.of(plan)).get(0);
    store.write(slice, rows(given, random, through));
    store.publish(List.of(slice));
  }

  private static List<StoredRow> rows(Case<?, ?, ?> given, Random random, long epoch)
      throws CoderException {
    List<StoredRow> rows = new ArrayList<>();
    for (int i = random.nextInt(8); i >= 0; i--) {
      rows.add(given.row(random, epoch));
    }
    return rows;
  }

  private static TestStore open(String url) {
    return new TestStore(ViewStores.open(new Settings(Map.of("url", url))), Clock.systemUTC());
  }

  private static Connection connect(Database database, String url) throws SQLException {
    Connection connection = DriverManager.getConnection(url);
    if (database == Database.POSTGRES) {
      connection.setSchema("anabranch");
    }
    return connection;
  }

  private static List<String> readerRows(TestStore store, Case<?, ?, ?> given) {
    return ViewReader.of(store.store(), given.view()).read(Query.all()).rows().stream()
        .map(
            row ->
                String.join(
                    " | ",
                    row.bucket().orElseThrow().start().toString().replaceAll("[TZ]", " ").trim(),
                    row.key(),
                    text(given, Optional.of(row.value())),
                    text(given, row.batch()),
                    text(given, row.speed())))
        .sorted()
        .toList();
  }

  private static List<String> sqlRows(Connection sql, Case<?, ?, ?> given) throws SQLException {
    String query =
        "SELECT bucket_utc, key, value, batch, speed FROM " + AnswerViews.name(given.name());
    List<String> rows = new ArrayList<>();
    try (Statement statement = sql.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      while (result.next()) {
        rows.add(
            String.join(
                " | ",
                result.getString(1).substring(0, "2000-01-01 00:00:00".length()),
                result.getString(2),
                text(given, Optional.ofNullable(result.getString(3))),
                text(given, Optional.ofNullable(result.getString(4))),
                text(given, Optional.ofNullable(result.getString(5)))));
      }
    }
    rows.sort(null);
    return rows;
  }

  private static String text(Case<?, ?, ?> given, Optional<?> value) {
    return value
        .map(Object::toString)
        .map(
            text ->
                given.exact()
                    ? text
                    : String.format(Locale.ROOT, "%.9e", Double.parseDouble(text) + 0.0))
        .orElse("none");
  }

  /** Each epoch has one contribution to one key, which batch takes over from speed. */
  @ParameterizedTest
  @EnumSource
  void aValueStandsStillWhileBatchTakesOver(Database database) throws Exception {
    Case<Long, ?, Long> one = exact("ones", Sum.ofLongs(), VarLongCoder.of(), n -> 1L);
    String url = newUrl(database, "ones");
    try (TestStore store = open(url)) {
      OpenSlice speed = store.openStream(store.beginRun("stream"), one.ref(), Architecture.LAMBDA);
      for (long epoch = 0; epoch < EPOCHS; epoch++) {
        store.write(speed, List.of(single(one, epoch)));
      }
      publishSingle(store, one, Epochs.NONE, 0);
      AtomicBoolean done = new AtomicBoolean();
      ExecutorService thread = Executors.newSingleThreadExecutor();
      Future<Long> reader =
          thread.submit(
              () -> {
                long reads = 0;
                try (Connection sql = connect(database, url)) {
                  do {
                    assertThat("read " + reads, sums(sql), is(List.of((long) EPOCHS)));
                    reads++;
                  } while (!done.get());
                }
                return reads;
              });
      try {
        for (long epoch = 1; epoch < EPOCHS; epoch++) {
          publishSingle(store, one, epoch - 1, epoch);
          if (epoch % 7 == 0) {
            store.dropSuperseded("ones");
          }
        }
      } finally {
        done.set(true);
        thread.shutdown();
      }
      assertThat("reads meanwhile", reader.get(), greaterThan(5L));
    }
  }

  private static StoredRow single(Case<Long, ?, Long> one, long epoch) throws CoderException {
    StoredRow any;
    do {
      any = one.row(new Random(), epoch);
    } while (any.contributions() != 1);
    return new StoredRow(
        epoch, 0, 0, new byte[0], "", any.accumulator(), any.contributions(), any.part());
  }

  private static void publishSingle(
      TestStore store, Case<Long, ?, Long> one, long after, long through) throws CoderException {
    SlicePlan plan = new SlicePlan(one.ref(), new EpochRange(after, through));
    OpenSlice slice = store.openBatch(store.beginRun("batch"), List.of(plan)).get(0);
    store.write(slice, List.of(single(one, through)));
    store.publish(List.of(slice));
  }

  /** Returns the sums of both shares, and fails if a value is another. */
  private static List<Long> sums(Connection sql) throws SQLException {
    List<Long> sums = new ArrayList<>();
    try (Statement statement = sql.createStatement();
        ResultSet result = statement.executeQuery("SELECT value, batch, speed FROM answer_ones")) {
      while (result.next()) {
        long shares = result.getLong(2) + result.getLong(3);
        assertThat("shares", shares, is(result.getLong(1)));
        sums.add(shares);
      }
    }
    return sums;
  }

  @Test
  void aRoleThatMayNotMakeViewsWritesAllTheSame() throws Exception {
    String url = server.newDatabase();
    Case<Long, ?, Long> view = exact("ones", Sum.ofLongs(), VarLongCoder.of(), n -> 1L);
    open(url).close();
    try (Connection sql = connect(Database.POSTGRES, url);
        Statement statement = sql.createStatement()) {
      statement.execute("CREATE ROLE writes LOGIN");
      statement.execute("GRANT USAGE ON SCHEMA anabranch TO writes");
      statement.execute("GRANT ALL ON ALL TABLES IN SCHEMA anabranch TO writes");
    }
    try (TestStore store = open(url.replace("user=" + PostgresServer.USER, "user=writes"))) {
      publishSingle(store, view, Epochs.NONE, 0);

      assertThat(readerRows(store, view).size(), is(1));
    }
    try (Connection sql = connect(Database.POSTGRES, url)) {
      SQLException error = assertThrows(SQLException.class, () -> sums(sql));
      assertThat(error.getMessage(), containsString("answer_ones"));
    }
  }

  @Test
  void namesAreAsLongAsPostgresqlTakesThem() {
    String longest = "a-" + "b".repeat(61);

    assertThat(AnswerViews.name("page-views"), is("answer_page_views"));
    assertThat(AnswerViews.name(longest).length(), is(63));
    assertThat(
        AnswerViews.name(longest), is(not(AnswerViews.name(longest.substring(0, 62) + "c"))));
  }
}
