/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.files.folder;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CachedFolderTest {
  @TempDir Path temp;
  private Path folder;
  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger parsed = new AtomicInteger();
  private CachedFolder<String> cached;

  @BeforeEach
  void open() throws IOException {
    folder = Files.createDirectory(temp.resolve("folder"));
    cached =
        new CachedFolder<>(
            folder,
            file -> {
              parsed.incrementAndGet();
              return Optional.of(file.getFileName().toString());
            },
            nanos::get);
  }

  @Test
  void whatWasAddedOrRemovedAMomentAgoIsSeen() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    Set<String> names = new HashSet<>();
    for (int step = 0; step < 2_000; step++) {
      String name = "file" + random.nextInt(20);
      if (names.remove(name)) {
        Files.delete(folder.resolve(name));
      } else {
        names.add(name);
        Files.createFile(folder.resolve(name));
      }
      if (random.nextInt(10) == 0) {
        letTimePass(random.nextInt(10_000));
      }

      assertThat(
          "step " + step + ", seed " + seed,
          cached.look(),
          containsInAnyOrder(names.toArray(new String[0])));
    }
  }

  @Test
  void folderThatDidNotChangeIsReadOnceASecond() throws Exception {
    FileTime before = letTimePass(10_000);
    assertThat(cached.look(), is(empty()));
    Files.createFile(folder.resolve("late"));
    Files.setLastModifiedTime(folder, before); // as if the clock of the file system stood still

    assertThat("as it was", cached.look(), is(empty()));
    assertThat("as it is", cached.read(), containsInAnyOrder("late"));
    Files.delete(folder.resolve("late"));
    Files.setLastModifiedTime(folder, before);
    assertThat(cached.look(), containsInAnyOrder("late"));
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
    assertThat("after a second", cached.look(), is(empty()));
  }

  @Test
  void nameIsParsedOnce() throws Exception {
    Files.createFile(folder.resolve("one"));
    cached.read();
    Files.createFile(folder.resolve("two"));
    cached.read();
    cached.read();

    assertThat(parsed.get(), is(2));
  }

  @Test
  void whatCouldNotBeReadIsReadAgain() throws Exception {
    FileTime before = letTimePass(10_000);
    cached.look();
    Path elsewhere = temp.resolve("elsewhere");
    Files.move(folder, elsewhere);
    assertThrows(NoSuchFileException.class, cached::look);
    Files.createFile(elsewhere.resolve("late"));
    Files.move(elsewhere, folder);
    Files.setLastModifiedTime(folder, before);

    assertThat(cached.look(), containsInAnyOrder("late"));
  }

  /** The folder looks as if it had not changed for a while. */
  private FileTime letTimePass(long millis) throws IOException {
    FileTime time = FileTime.from(Instant.now().minusMillis(3_100 + millis));
    Files.setLastModifiedTime(folder, time);
    return time;
  }
}
