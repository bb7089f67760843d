/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.sqlite;

import static io.anabranch.connectors.sqlite.Stores.VIEW;
import static io.anabranch.connectors.sqlite.Stores.ref;
import static io.anabranch.connectors.sqlite.Stores.row;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.Architecture;
import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.spi.DeadLetter;
import io.anabranch.api.spi.LogPlace;
import io.anabranch.api.spi.SliceRef;
import io.anabranch.api.spi.VersionRole;
import io.anabranch.api.spi.ViewStatus;
import io.anabranch.api.spi.ViewStatus.Slice;
import io.anabranch.api.spi.ViewStatus.Version;
import io.anabranch.api.spi.ViewStore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogTest {
  private static final Instant NOW = Instant.parse("2026-01-01T10:00:00Z");

  @TempDir Path folder;
  private ViewStore store;

  @BeforeEach
  void open() {
    store = Stores.open(folder.resolve("views.db"), Clock.fixed(NOW, ZoneOffset.UTC));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void deadLettersAreThereOnceInTheOrderOfTheLog() {
    DeadLetter late = letter(2, "segment-2", 0, "x");
    DeadLetter second = letter(1, "segment-1", 9, "y");
    DeadLetter first = letter(1, "segment-1", 3, "z");

    Stores.letters(store, List.of(late, second));
    Stores.letters(store, List.of(second, first, first));

    assertThat(
        store.deadLetters(EnumSet.allOf(DeadLetter.Kind.class), 10), contains(first, second, late));
    assertThat(store.deadLetters(EnumSet.allOf(DeadLetter.Kind.class), 2), contains(first, second));
    assertThat(store.deadLetters(EnumSet.allOf(DeadLetter.Kind.class), 0), empty());
    assertThat(store.deadLetterCount(), is(3L));
  }

  @Test
  void deadLetterThatIsThereAlreadyIsLeftAsItIs() {
    DeadLetter letter = letter(1, "segment-1", 3, "x");

    Stores.letters(store, List.of(letter));
    Stores.letters(store, List.of(new DeadLetter(letter.place(), "other", new byte[] {1})));

    assertThat(store.deadLetters(EnumSet.allOf(DeadLetter.Kind.class), 10), contains(letter));
  }

  @Test
  void deadLetterMayBeAnEmptyRecord() {
    DeadLetter empty = letter(1, "segment-1", 3, "");

    Stores.letters(store, List.of(empty));

    assertThat(store.deadLetters(EnumSet.allOf(DeadLetter.Kind.class), 10), contains(empty));
  }

  @Test
  void noDeadLettersAreNone() {
    Stores.letters(store, List.of());

    assertThat(store.deadLetters(EnumSet.allOf(DeadLetter.Kind.class), 10), empty());
    assertThat(store.deadLetterCount(), is(0L));
  }

  @Test
  void statusOfAnEmptyStoreIsEmpty() {
    assertThat(store.status(), empty());
  }

  @Test
  void statusNamesViewsVersionsAndSlicesInOrder() {
    store.openStreamSlice(store.beginRun("kappa"), ref("k", 1), Architecture.KAPPA);
    SliceRef speed =
        store.openStreamSlice(store.beginRun("speed"), ref(VIEW, 1), Architecture.LAMBDA);
    store.write(speed, List.of(row(5, 0, "a", 1), row(6, 0, "a", 2)));
    store.complete(speed, 5);
    SliceRef former = Stores.batch(store, 4, row(4, 0, "a", 1));
    SliceRef live = Stores.batch(store, 5, row(5, 0, "a", 1));
    SliceRef hidden =
        store.openBatchSlice(store.beginRun("batch"), ref(VIEW, 1), new EpochRange(Epochs.NONE, 7));

    List<ViewStatus> status = store.status();

    assertThat(status, hasSize(2));
    assertThat(status.get(0).pointer(), is(store.pointer("k").orElseThrow()));
    assertThat(status.get(0).versions().get(0).kind(), is("kappa"));
    assertThat(status.get(0).versions().get(0).live(), is(true));
    assertThat(status.get(1).pointer(), is(store.pointer(VIEW).orElseThrow()));
    assertThat(
        status.get(1).versions(),
        contains(
            version(
                speed,
                "speed",
                true,
                new EpochRange(5, Long.MAX_VALUE),
                true,
                OptionalLong.of(5),
                1),
            version(
                former,
                "batch",
                false,
                new EpochRange(Epochs.NONE, 4),
                true,
                OptionalLong.of(4),
                1),
            version(
                live, "batch", true, new EpochRange(Epochs.NONE, 5), true, OptionalLong.of(5), 1),
            version(
                hidden,
                "batch",
                false,
                new EpochRange(Epochs.NONE, 7),
                false,
                OptionalLong.empty(),
                0)));
  }

  private static Version version(
      SliceRef ref,
      String kind,
      boolean live,
      EpochRange epochs,
      boolean visible,
      OptionalLong complete,
      long rows) {
    Slice slice =
        new Slice(
            ref.slice(),
            epochs,
            kind.equals("batch") && visible ? 0 : ref.run(), // nobody may write to it any more
            visible,
            complete,
            rows,
            Optional.empty());
    return new Version(
        ref.version(),
        kind,
        live ? VersionRole.LIVE : VersionRole.NONE,
        ref(VIEW, 1).fingerprint(),
        NOW,
        List.of(slice));
  }

  private static DeadLetter letter(long epoch, String origin, long position, String record) {
    return new DeadLetter(
        new LogPlace(epoch, origin, position), "no digit", record.getBytes(UTF_8));
  }
}
