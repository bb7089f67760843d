/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.aggregate;

import static io.anabranch.transforms.testkit.Script.EPOCHS;
import static io.anabranch.transforms.testkit.Script.epoch;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.AuthorException;
import io.anabranch.api.spi.row.KeyHash;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.transforms.internal.epoch.EpochWindows;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.util.CoderUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From contributions over partial rows in blocks to rows. */
class BlocksTest {
  private static final long EPOCH = epoch("2026-03-01T10:00:00Z");
  private static final Coder<Mutating.Acc> ACCUMULATORS = SerializableCoder.of(Mutating.Acc.class);
  private static final EpochWindows<String> WINDOWS =
      EpochWindows.of(EPOCHS, Duration.ofMinutes(1));

  /** A block where it was given out. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Given(long shard, byte[] bytes) {}

  @ParameterizedTest
  @ValueSource(longs = {1, 5_000, 1_000_000})
  void anyBlocksInAnyOrderMergeToThePlainSums(long mostBytes) throws Exception {
    for (int round = 0; round < 50; round++) {
      long seed = System.nanoTime();
      Random random = new Random(seed);
      Shards shards = new Shards(1 + random.nextInt(8), mostBytes, random.nextBoolean());
      Contributions.Fold fold = new Contributions.Fold();
      List<Given> blocks = new ArrayList<>();
      for (int bundle = random.nextInt(5); bundle >= 0; bundle--) {
        PartialTable<String, Long, Mutating.Acc> table = new PartialTable<>(sums(), shards);
        for (int i = random.nextInt(300); i > 0; i--) {
          long epoch = EPOCH + random.nextInt(3);
          long eventTime = EPOCHS.start(EPOCH).toEpochMilli() + random.nextInt(-5, 5) * 60_000L;
          String key = "k" + random.nextInt(20);
          long value = random.nextLong(-100, 100);
          fold.add(epoch, eventTime, key, value);
          table.add(WINDOWS.window(epoch, eventTime), key, value);
          if (table.isFull()) {
            drain(table, blocks);
          }
        }
        drain(table, blocks);
        drain(table, blocks); // there is nothing left
      }
      Collections.shuffle(blocks, random);

      String because = "seed(%d), %s".formatted(seed, shards);
      Map<String, String> rows = new TreeMap<>();
      for (long shard : blocks.stream().map(Given::shard).distinct().toList()) {
        rows.putAll(rows(merged(ofShard(blocks, shard))));
      }
      assertThat(because, rows, is(fold.rows()));
    }
  }

  /** As where blocks come again and again, and the table is made anew from one block at times. */
  @Test
  void rowsThatChangedAreAllThatIsNotStored() throws Exception {
    for (int round = 0; round < 50; round++) {
      long seed = System.nanoTime();
      Random random = new Random(seed);
      Contributions.Fold fold = new Contributions.Fold();
      RowTable<String, Mutating.Acc> table = new RowTable<>(sums());
      Map<String, String> stored = new TreeMap<>();
      for (int step = 0; step < 30; step++) {
        PartialTable<String, Long, Mutating.Acc> partial =
            new PartialTable<>(sums(), new Shards(1, 1 << 20, false));
        for (int i = random.nextInt(20); i > 0; i--) {
          String key = "k" + random.nextInt(20);
          fold.add(EPOCH, 0, key, i);
          partial.add(WINDOWS.window(EPOCH, 0), key, (long) i);
        }
        List<Given> blocks = new ArrayList<>();
        drain(partial, blocks);
        for (Given block : blocks) {
          table.merge(block.bytes());
        }
        if (random.nextInt(3) == 0) {
          stored.putAll(rows(table));
          table.markStored();
          assertThat("seed(%d)".formatted(seed), stored, is(fold.rows()));
          assertThat("seed(%d)".formatted(seed), list(table.changed()), hasSize(0));
        }
        if (random.nextInt(5) == 0) {
          table = merged(List.of(table.toBlock()));
        }
      }
    }
  }

  private static RowTable<String, Mutating.Acc> merged(List<byte[]> blocks) throws IOException {
    RowTable<String, Mutating.Acc> table = new RowTable<>(sums());
    for (byte[] block : blocks) {
      table.merge(block);
    }
    return table;
  }

  @Test
  void accumulatorThatStandsAloneIsStoredAsItCame() throws Exception {
    byte[] block = block(Map.of("a", 1L));
    Aggregation<String, Long, Mutating.Acc> refusing =
        Aggregation.of("view", StringUtf8Coder.of(), new Undecodable(), Mutating.sums());
    RowTable<String, Mutating.Acc> table = new RowTable<>(refusing);

    table.merge(block);

    assertThat(sum(list(table.changed()).get(0)), is(1L));
    assertThrows(UnsupportedOperationException.class, () -> table.merge(block));
  }

  @Test
  void accumulatorsAreCompactedOnTheWayOut() throws Exception {
    Block.Reader reader = new Block.Reader(block(Map.of("a", 1L)));
    reader.next();

    assertThat(decoded(reader.accumulator()).compacted, is(true));
  }

  @Test
  void keysAreEqualIfTheirCoderSaysSo() throws Exception {
    PartialTable<byte[], Long, Mutating.Acc> table =
        new PartialTable<>(
            Aggregation.of("view", ByteArrayCoder.of(), ACCUMULATORS, Mutating.sums()),
            new Shards(1, 1 << 20, false));
    table.add(WINDOWS.window(EPOCH, 0), "a".getBytes(UTF_8), 1L);
    table.add(WINDOWS.window(EPOCH, 0), "a".getBytes(UTF_8), 2L);
    List<Given> blocks = new ArrayList<>();
    table.drain((shard, block) -> blocks.add(new Given(shard, block)));

    assertThat(blocks, hasSize(1));
    Block.Reader reader = new Block.Reader(blocks.get(0).bytes());
    reader.next();
    assertThat(reader.contributions(), is(2L));
    assertThat(reader.next(), is(false));
  }

  @Test
  void shardIsThatOfTheHashOfTheReadableKey() {
    Shards shards = new Shards(16, 1 << 20, false);
    PartialTable<String, Long, Mutating.Acc> table = new PartialTable<>(sums(), shards);
    for (int i = 0; i < 100; i++) {
      table.add(WINDOWS.window(EPOCH, 0), "k" + i, 1L);
    }
    List<Given> blocks = new ArrayList<>();
    table.drain((shard, block) -> blocks.add(new Given(shard, block)));

    for (Given block : blocks) {
      for (String key : keys(block.bytes())) {
        assertThat(KeyHash.shard(key, 16), is((int) block.shard()));
      }
    }
  }

  /** A sketch of some kilobytes counts as such. */
  @Test
  void boundIsOfBytesAndNotOfEntries() {
    int small = entriesUntilFull(0, 1 << 20);
    int large = entriesUntilFull(10_000, 1 << 20);

    assertThat(small, is(greaterThan(1_000)));
    assertThat(large, allOf(is(greaterThan(50)), is(lessThan(250))));
  }

  private static int entriesUntilFull(int accumulatorBytes, long mostBytes) {
    PartialTable<String, Long, byte[]> table =
        new PartialTable<>(
            Aggregation.of(
                "view", StringUtf8Coder.of(), ByteArrayCoder.of(), new Large(accumulatorBytes)),
            new Shards(1, mostBytes, false));
    int entries = 0;
    while (!table.isFull()) {
      table.add(WINDOWS.window(EPOCH, 0), "k" + entries++, 1L);
    }
    return entries;
  }

  @Test
  void combineFunctionThatThrowsIsNamedWithItsView() {
    PartialTable<String, Long, byte[]> table =
        new PartialTable<>(
            Aggregation.of("sales", StringUtf8Coder.of(), ByteArrayCoder.of(), new Large(-1)),
            new Shards(1, 1 << 20, false));
    table.add(WINDOWS.window(EPOCH, 0), "a", 1L);

    AuthorException error =
        assertThrows(AuthorException.class, () -> table.add(WINDOWS.window(EPOCH, 0), "a", -1L));

    assertThat(
        error.getMessage(), containsString("view \"sales\", step \"combine\", key a: java.lang"));
  }

  private static Aggregation<String, Long, Mutating.Acc> sums() {
    return Aggregation.of("view", StringUtf8Coder.of(), ACCUMULATORS, Mutating.sums());
  }

  private static void drain(PartialTable<String, Long, Mutating.Acc> table, List<Given> blocks) {
    table.drain((shard, block) -> blocks.add(new Given(shard, block)));
  }

  private static List<byte[]> ofShard(List<Given> blocks, long shard) {
    return blocks.stream().filter(block -> block.shard() == shard).map(Given::bytes).toList();
  }

  private static byte[] block(Map<String, Long> values) {
    PartialTable<String, Long, Mutating.Acc> table =
        new PartialTable<>(sums(), new Shards(1, 1 << 20, false));
    values.forEach((key, value) -> table.add(WINDOWS.window(EPOCH, 0), key, value));
    List<byte[]> blocks = new ArrayList<>();
    table.drain((shard, block) -> blocks.add(block));
    return blocks.get(0);
  }

  private static List<StoredRow> list(Iterable<StoredRow> rows) {
    List<StoredRow> list = new ArrayList<>();
    rows.forEach(list::add);
    return list;
  }

  private static Map<String, String> rows(RowTable<String, Mutating.Acc> table) {
    Map<String, String> rows = new TreeMap<>();
    for (StoredRow row : list(table.changed())) {
      rows.put(
          Contributions.id(row.epoch(), row.bucket(), row.keyText()),
          sum(row) + " of " + row.contributions());
    }
    return rows;
  }

  private static long sum(StoredRow row) {
    return decoded(row.accumulator()).sum;
  }

  private static Mutating.Acc decoded(byte[] accumulator) {
    try {
      return CoderUtils.decodeFromByteArray(ACCUMULATORS, accumulator);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<String> keys(byte[] block) {
    try {
      List<String> keys = new ArrayList<>();
      Block.Reader reader = new Block.Reader(block);
      while (reader.next()) {
        keys.add(CoderUtils.decodeFromByteArray(StringUtf8Coder.of(), reader.key()));
      }
      return keys;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Encodes as the coder of the accumulators, and decodes nothing. */
  private static final class Undecodable
      extends org.apache.beam.sdk.coders.CustomCoder<Mutating.Acc> {
    private static final long serialVersionUID = 1L;

    @Override
    public void encode(Mutating.Acc value, java.io.OutputStream out) throws IOException {
      ACCUMULATORS.encode(value, out);
    }

    @Override
    public Mutating.Acc decode(java.io.InputStream in) {
      throw new UnsupportedOperationException("decoded");
    }
  }

  /** Accumulators of some size; throws on negative values. */
  private static final class Large
      extends org.apache.beam.sdk.transforms.Combine.CombineFn<Long, byte[], Long> {
    private static final long serialVersionUID = 1L;
    private final int bytes;

    Large(int bytes) {
      this.bytes = bytes;
    }

    @Override
    public byte[] createAccumulator() {
      return new byte[Math.max(0, bytes)];
    }

    @Override
    public byte[] addInput(byte[] accumulator, Long input) {
      if (input < 0) {
        throw new IllegalArgumentException("negative");
      }
      return accumulator;
    }

    @Override
    public byte[] mergeAccumulators(Iterable<byte[]> accumulators) {
      return accumulators.iterator().next();
    }

    @Override
    public Long extractOutput(byte[] accumulator) {
      return (long) accumulator.length;
    }
  }
}
