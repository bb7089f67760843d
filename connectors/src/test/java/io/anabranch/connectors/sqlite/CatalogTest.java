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
import io.anabranch.api.spi.log.LogPlace;
import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.api.spi.store.OpenSlice;
import io.anabranch.catalog.ViewStatus;
import io.anabranch.catalog.document.Slice;
import io.anabranch.catalog.document.Version;
import io.anabranch.catalog.document.VersionKind;
import io.anabranch.catalog.document.VersionRole;
import io.anabranch.catalog.document.ViewCatalog;
import io.anabranch.contracts.store.TestStore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class CatalogTest extends OpenStore {
  private static final Instant NOW = Instant.parse("2026-01-01T10:00:00Z");

  @Override
  TestStore open(Path path) {
    return Stores.open(path, Clock.fixed(NOW, ZoneOffset.UTC));
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
    store.openStream(store.beginRun("kappa"), ref("k", 1), Architecture.KAPPA);
    OpenSlice speed = store.openStream(store.beginRun("speed"), ref(VIEW, 1), Architecture.LAMBDA);
    store.write(speed, List.of(row(5, 0, "a", 1), row(6, 0, "a", 2)));
    store.complete(speed, 5);
    OpenSlice previous = Stores.batch(store, 4, row(4, 0, "a", 1));
    OpenSlice live = Stores.batch(store, 5, row(5, 0, "a", 1));
    OpenSlice hidden =
        store.openBatch(store.beginRun("batch"), ref(VIEW, 1), new EpochRange(Epochs.NONE, 7));

    List<ViewStatus> status = store.status();

    assertThat(status, hasSize(2));
    assertThat(status.get(0).state(), is(store.live("k").orElseThrow()));
    ViewCatalog kappa = status.get(0).state().catalog();
    assertThat(kappa.versions().get(0).kind(), is(VersionKind.KAPPA));
    assertThat(kappa.role(kappa.versions().get(0).id()), is(VersionRole.LIVE));
    assertThat(status.get(1).state(), is(store.live(VIEW).orElseThrow()));
    assertThat(
        texts(status.get(1)),
        contains(
            speed.version() + " speed LIVE (5, 9223372036854775807] true OptionalLong[5] 1",
            previous.version() + " batch NONE (-9223372036854775808, 4] true OptionalLong[4] 1",
            live.version() + " batch LIVE (-9223372036854775808, 5] true OptionalLong[5] 1",
            hidden.version() + " batch NONE (-9223372036854775808, 7] false OptionalLong.empty 0"));
  }

  private static List<String> texts(ViewStatus status) {
    List<String> texts = new ArrayList<>();
    ViewCatalog catalog = status.state().catalog();
    for (Version version : catalog.versions()) {
      for (Slice slice : version.slices()) {
        texts.add(
            String.format(
                "%d %s %s (%d, %d] %s %s %d",
                version.id(),
                version.kind().word(),
                catalog.role(version.id()),
                slice.after(),
                slice.through(),
                slice.isShown(),
                status.state().completeThrough(slice),
                status.rows(slice)));
      }
    }
    return texts;
  }

  private static DeadLetter letter(long epoch, String origin, long position, String record) {
    return new DeadLetter(
        new LogPlace(epoch, origin, position), "no digit", record.getBytes(UTF_8));
  }
}
