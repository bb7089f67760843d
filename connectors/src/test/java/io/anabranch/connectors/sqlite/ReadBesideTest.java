/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.sqlite;

import static io.anabranch.api.Epochs.NONE;
import static io.anabranch.connectors.sqlite.Stores.VIEW;
import static io.anabranch.connectors.sqlite.Stores.ref;
import static io.anabranch.connectors.sqlite.Stores.row;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.EpochRange;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.catalog.SideRow;
import io.anabranch.catalog.ViewState;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReadBesideTest extends OpenStore {
  @Test
  void bothSidesComeTogether() {
    Stores.batch(store, 3, row(3, 1, "b", 1), row(3, 0, "z", 2));
    Stores.speed(store, row(4, 1, "a", 4), row(5, -1, "c", 8));
    OpenSlice next = Stores.openNext(store, 3, 5, row(5, 1, "aa", 16), row(5, -2, "d", 32));

    assertThat(
        read(next, EpochRange.ALL),
        containsInAnyOrder(
            "-2 d other 32",
            "-1 c live 8",
            "0 z live 2",
            "1 a live 4",
            "1 aa other 16",
            "1 b live 1"));
  }

  @Test
  void rowsOfTheSameKeyComeTogether() {
    Stores.batch(store, 3, row(3, 0, "a", 1), row(3, 0, "b", 1));
    Stores.speed(store, row(4, 0, "a", 2), row(5, 0, "a", 2), row(5, 0, "b", 2));
    OpenSlice next = Stores.openNext(store, 3, 5, row(5, 0, "a", 4), row(5, 0, "b", 4));

    List<String> keys =
        read(next, EpochRange.ALL).stream().map(row -> row.substring(0, 3)).toList();

    assertThat(
        keys,
        anyOf(
            contains("0 a", "0 a", "0 a", "0 a", "0 b", "0 b", "0 b"),
            contains("0 b", "0 b", "0 b", "0 a", "0 a", "0 a", "0 a")));
  }

  @Test
  void keysComeInTheOrderOfTheirBytes() {
    OpenSlice speed = Stores.speed(store);
    for (byte[] key : new byte[][] {{(byte) 0x80}, {0x7f, 1}, {}, {0x7f}, {0}}) {
      store.write(speed, List.of(new StoredRow(1, 0, key, "k", new byte[] {1}, 1)));
    }
    List<byte[]> keys = new ArrayList<>();

    store.readBeside(speed, new EpochRange(5, 5), row -> keys.add(row.key()));

    assertThat(
        keys,
        contains(
            new byte[0],
            new byte[] {0},
            new byte[] {0x7f},
            new byte[] {0x7f, 1},
            new byte[] {(byte) 0x80}));
  }

  @Test
  void liveRowsAreThoseOfTheEpochsAndOfTheSliceAll() {
    Stores.batch(store, 3, row(3, 0, "a", 1));
    Stores.speed(store, row(4, 0, "b", 2), row(5, 0, "c", 4), row(6, 0, "d", 8));
    OpenSlice next = Stores.openNext(store, 3, 5, row(5, 0, "x", 16));

    assertThat(
        read(next, new EpochRange(3, 5)),
        containsInAnyOrder("0 b live 2", "0 c live 4", "0 x other 16"));
    assertThat(
        read(next, new EpochRange(NONE, 3)), containsInAnyOrder("0 a live 1", "0 x other 16"));
    assertThat(read(next, new EpochRange(5, 5)), contains("0 x other 16"));
  }

  @Test
  void rowsThatDoNotAnswerAreNotLive() {
    Stores.speed(store, row(4, 0, "a", 1), row(6, 0, "a", 2));
    List<Long> slices =
        List.of(
            Stores.batch(store, 3, row(3, 0, "b", 1)).rows(),
            Stores.next(store, 3, 5, row(5, 0, "b", 2)).rows());
    store.compact(Stores.fold(store, 5, slices));
    Stores.openNext(store, 5, 7, row(7, 0, "c", 100));
    OpenSlice scratch =
        store.openScratch(store.beginRun("verify"), ref(VIEW, 1), new EpochRange(NONE, 9));

    assertThat(read(scratch, EpochRange.ALL), contains("0 a live 2", "0 b live 3"));
  }

  @Test
  void pointerComesWithTheRows() {
    Stores.batch(store, 3, row(3, 0, "a", 1));
    OpenSlice next = Stores.openNext(store, 3, 5);

    ViewState state = store.readBeside(next, EpochRange.ALL, row -> {});

    assertThat(Optional.of(state), is(store.live(VIEW)));
  }

  @Test
  void viewWithoutPointerHasNoLiveRows() {
    OpenSlice first =
        store.openBatch(store.beginRun("batch"), ref(VIEW, 1), new EpochRange(NONE, 5));
    assertThat(read(first, EpochRange.ALL), empty());
    store.write(first, List.of(row(5, 0, "a", 1)));

    assertThat(read(first, EpochRange.ALL), contains("0 a other 1"));
    assertThat(store.readBeside(first, EpochRange.ALL, row -> {}).catalog().isLive(), is(false));
  }

  @Test
  void allIsOfOneMomentWhateverHappensMeanwhile() {
    Stores.batch(store, 3, row(3, 0, "a", 1), row(3, 1, "a", 2));
    Stores.speed(store, row(5, 0, "b", 4), row(5, 1, "b", 8));
    OpenSlice next = Stores.openNext(store, 3, 5, row(5, 0, "c", 16), row(5, 1, "c", 32));
    OpenSlice scratch =
        store.openScratch(store.beginRun("verify"), ref(VIEW, 1), new EpochRange(NONE, 5));
    store.write(scratch, List.of(row(5, 0, "d", 64), row(5, 1, "d", 128)));
    final Optional<ViewState> before = store.live(VIEW);
    List<String> rows = new ArrayList<>();

    ViewState state =
        store.readBeside(
            scratch,
            EpochRange.ALL,
            row -> {
              if (rows.isEmpty()) {
                store.publish(List.of(next));
                store.dropSuperseded(VIEW);
                store.discard(List.of(scratch));
              }
              rows.add(text(row));
            });

    assertThat(
        rows,
        containsInAnyOrder(
            "0 a live 1",
            "0 b live 4",
            "0 d other 64",
            "1 a live 2",
            "1 b live 8",
            "1 d other 128"));
    assertThat(Optional.of(state), is(before));
    assertThat("and then", read(scratch, EpochRange.ALL).size(), is(4));
  }

  private List<String> read(OpenSlice slice, EpochRange epochs) {
    List<String> rows = new ArrayList<>();
    store.readBeside(slice, epochs, row -> rows.add(text(row)));
    return rows;
  }

  private static String text(SideRow row) {
    return row.bucket() / 60_000
        + " "
        + new String(row.key(), UTF_8)
        + (row.live() ? " live " : " other ")
        + ByteBuffer.wrap(row.accumulator()).getLong();
  }
}
