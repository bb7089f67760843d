/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.catalog.document;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.EpochRange;
import io.anabranch.api.Epochs;
import io.anabranch.api.definition.Fingerprint;
import io.anabranch.api.spi.row.SliceRange;
import io.anabranch.api.spi.row.SliceStats;
import io.anabranch.catalog.document.CatalogException.Code;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class CatalogJsonTest {
  private static final ViewRef VIEW =
      new ViewRef(
          "page-views",
          new Fingerprint(Map.of("bucket", "PT1M")),
          "files:7f3a",
          Duration.ofHours(1));
  private static final Instant NOON = Instant.parse("2026-11-28T12:00:00Z");

  private static ViewCatalog catalog() {
    Slice shown =
        Slice.shown(range(11, Epochs.NONE, 480), OptionalLong.empty())
            .published(new SliceStats(120_443, 60_000, 120_000, Optional.of(NOON)));
    Slice batch =
        Slice.filling(
            range(12, 480, 481), 9, Optional.of(new Premise.Batch(OptionalLong.of(2), 480, 5)));
    Slice compaction =
        Slice.filling(
            range(14, Epochs.NONE, 480),
            10,
            Optional.of(new Premise.Sources(List.of(shown.range(), batch.range()))));
    Slice following = Slice.shown(range(13, 480, Long.MAX_VALUE), OptionalLong.of(8));
    return new ViewCatalog(
        "page-views",
        new LivePointer.Lambda(OptionalLong.of(2), OptionalLong.of(3)),
        List.of(
            new Version(
                2,
                VersionKind.BATCH,
                VIEW,
                NOON,
                Optional.empty(),
                List.of(
                    new LetterRange(7, new EpochRange(Epochs.NONE, 400)),
                    new LetterRange(8, new EpochRange(400, Long.MAX_VALUE))),
                OptionalLong.of(480),
                OptionalLong.of(1_000),
                List.of(shown, batch, compaction)),
            new Version(
                3,
                VersionKind.SPEED,
                VIEW,
                NOON,
                Optional.of(NOON),
                List.of(new LetterRange(7, EpochRange.ALL)),
                OptionalLong.empty(),
                OptionalLong.empty(),
                List.of(following))),
        List.of(new Trash(range(5, Epochs.NONE, Long.MAX_VALUE), NOON)));
  }

  private static SliceRange range(long rows, long after, long through) {
    return new SliceRange(rows, new EpochRange(after, through));
  }

  @Test
  void readsWhatItWrote() {
    ViewCatalog kappa =
        catalog()
            .pointingTo(
                new LivePointer.Kappa(
                    OptionalLong.of(2), OptionalLong.empty(), OptionalLong.of(3)));

    assertThat(CatalogJson.read("page-views", CatalogJson.write(catalog())), is(catalog()));
    assertThat(CatalogJson.read("page-views", CatalogJson.write(kappa)), is(kappa));
    assertThat(
        CatalogJson.read("x", CatalogJson.write(ViewCatalog.empty("x"))),
        is(ViewCatalog.empty("x")));
  }

  /** Documents of this format are in stores: the file must never change. */
  @Test
  void readsDocumentOfFormat1() throws IOException {
    String document;
    try (InputStream in = CatalogJsonTest.class.getResourceAsStream("format-1.json")) {
      document = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }

    assertThat(CatalogJson.read("page-views", document), is(catalog()));
  }

  @Test
  void ignoresUnknownField() {
    String document =
        CatalogJson.write(catalog()).replace("{\"format\":1", "{\"new\":3,\"format\":1");

    assertThat(CatalogJson.read("page-views", document), is(catalog()));
  }

  @Test
  void refusesNewerFormat() {
    String document = CatalogJson.write(catalog()).replace("\"format\":1", "\"format\":2");

    CatalogException refused =
        assertThrows(CatalogException.class, () -> CatalogJson.read("page-views", document));

    assertThat(refused.code(), is(Code.NEWER_FORMAT));
    assertThat(
        refused.getMessage(),
        is("view \"page-views\": its catalog is of format 2, and this release knows format 1"));
  }

  @Test
  void refusesDamagedDocument() {
    for (String damaged :
        List.of(
            "",
            "[]",
            "{",
            CatalogJson.write(catalog()).replace("\"kind\":\"BATCH\"", "\"kind\":\"LOT\""),
            CatalogJson.write(catalog()).replace("\"rows\":12,", ""),
            CatalogJson.write(catalog()).replace("2026-11-28T12:00:00Z", "noon"))) {
      CatalogException refused =
          assertThrows(
              CatalogException.class, () -> CatalogJson.read("page-views", damaged), damaged);

      assertThat(damaged, refused.code(), is(Code.UNREADABLE));
      assertThat(
          refused.getMessage(), containsString("view \"page-views\": its catalog is damaged"));
    }
  }
}
