/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.serving;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.Answer.Row;
import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.EventFormat;
import io.anabranch.api.MaterializedView;
import io.anabranch.api.UserException;
import io.anabranch.api.definition.ViewDefinition;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.OpenSlice;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.Test;

/** Which keys an answer has rows of. */
class KeysTest extends SumsOfWords {
  @Test
  void oneKeyIsReadFromAllLayers() {
    sums.batch(5, sums.row(5, 0, "a", 1), sums.row(5, 0, "b", 2));
    sums.write(sums.speed(), sums.row(6, 0, "a", 4), sums.row(6, 1, "aa", 8));

    assertThat(sums.rows(Query.all().key("a")), contains("0 a=5"));
    assertThat(sums.rows(Query.all().key("nobody")), empty());
  }

  @Test
  void thousandsOfKeysAreReadAtOnce() {
    sums.batch(
        5,
        IntStream.range(0, 4_000)
            .mapToObj(i -> sums.row(5, 0, "k" + i, i))
            .toArray(StoredRow[]::new));
    List<String> asked = IntStream.range(0, 3_000).mapToObj(i -> "k" + i).toList();

    List<Row<String, Long>> rows = sums.read(Query.all().keys(asked)).rows();

    assertThat(rows.stream().map(Row::key).toList(), is(asked.stream().sorted().toList()));
    assertThat(rows.stream().allMatch(row -> row.key().equals("k" + row.value())), is(true));
  }

  @Test
  void keyThatIsAskedForTwiceIsReadOnce() {
    sums.batch(5, sums.row(5, 0, "a", 1));

    assertThat(sums.rows(Query.all().keys(List.of("a", "a"))), contains("0 a=1"));
  }

  @Test
  void lastCallSaysWhichKeys() {
    Query query = Query.all().key("a").keys(Set.of("b", "c")).key("d");

    assertThat(query.keys(), is(Set.of("d")));
  }

  @Test
  void tooManyKeysAreRefused() {
    sums.batch(5, sums.row(5, 0, "k1", 1));
    List<String> most = IntStream.range(0, 10_000).mapToObj(i -> "k" + i).toList();
    List<String> tooMany = IntStream.range(0, 10_001).mapToObj(i -> "k" + i).toList();

    assertThat(sums.rows(Query.all().keys(most)), contains("0 k1=1"));
    UserException problem =
        assertThrows(UserException.class, () -> sums.read(Query.all().keys(tooMany)));

    assertThat(problem.getMessage(), containsString("asks for 10001 keys, and 10000 are allowed"));
  }

  @Test
  void keysOfAnyTypeAreAskedForAsTheyAre() {
    ViewDefinition<String, Long, Long, long[], Long> lengths = lengths();
    OpenSlice slice =
        sums.store()
            .openBatch(
                sums.store().beginRun("batch"),
                Fixture.ref(lengths),
                new EpochRange(Epochs.NONE, 5));
    sums.store()
        .write(
            slice,
            List.of(
                Fixture.row(lengths, 5, 0, 7L, 1),
                Fixture.row(lengths, 5, 0, -7L, 2),
                Fixture.row(lengths, 5, 0, 70L, 4)));
    sums.store().publish(List.of(slice));
    ViewReader<Long, Long> reader = ViewReader.of(sums.store().store(), lengths);

    assertThat(keys(reader, Query.all().key(7L)), contains(7L));
    assertThat(keys(reader, Query.all().keys(List.of(70L, -7L))), contains(-7L, 70L));
    assertThat("its readable form", keys(reader, Query.all().key("-7")), contains(-7L));
  }

  private static List<Long> keys(ViewReader<Long, Long> reader, Query query) {
    return reader.read(query).rows().stream().map(Row::key).toList();
  }

  static ViewDefinition<String, Long, Long, long[], Long> lengths() {
    return ViewDefinition.of(
        MaterializedView.of(String.class, "lengths")
            .bucket(Duration.ofMinutes(1))
            .contributions(new ByLength())
            .combine(Sum.ofLongs()),
        EventFormat.<String>lines(line -> line)
            .timestamp(line -> Instant.EPOCH)
            .coder(StringUtf8Coder.of()));
  }

  private static final class ByLength
      extends PTransform<PCollection<String>, PCollection<KV<Long, Long>>> {
    @Override
    public PCollection<KV<Long, Long>> expand(PCollection<String> words) {
      return words.apply("Length", ParDo.of(new LengthFn()));
    }
  }

  private static final class LengthFn extends DoFn<String, KV<Long, Long>> {
    @ProcessElement
    public void process(@Element String word, OutputReceiver<KV<Long, Long>> out) {
      out.output(KV.of((long) word.length(), 1L));
    }
  }
}
