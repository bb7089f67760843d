/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.testkit;

import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.api.spi.row.StoredRow;
import io.anabranch.api.spi.store.Fence;
import io.anabranch.api.spi.store.StoreException;
import io.anabranch.api.spi.store.ViewStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A store that writes down in which order it was called. What pipelines do not call throws. It is
 * found by its URL in a map of the process, which the runners of the tests share.
 */
public final class Recording {
  static final String SCHEME = "recording:";
  private static final Map<String, Recording> RECORDINGS = new ConcurrentHashMap<>();

  private final String url = SCHEME + UUID.randomUUID();
  private final List<Call> calls = new ArrayList<>();
  private int failures;
  private Random chance;
  private String refused = "";
  private int open;
  private int opened;

  /** What a pipeline did to the store, in one transaction. */
  public sealed interface Call {}

  /** Rows of a slice. */
  public record Write(Fence fence, List<StoredRow> rows, How how) implements Call {}

  /** How rows were written. */
  public enum How {
    FILL,
    WRITE,
    WRITE_UNLESS_SUSPENDED
  }

  /** An epoch that is complete. */
  public record Complete(Fence fence, long epoch) implements Call {}

  /** How much was read. */
  public record Read(long through, long bytes, long records) implements Call {}

  /** Dead letters. */
  public record Letters(Map<String, Long> generations, List<DeadLetter> letters) implements Call {}

  public Recording() {
    RECORDINGS.put(url, this);
  }

  /** The recording of a URL. */
  public static Recording at(String url) {
    return RECORDINGS.get(url);
  }

  /** The settings by which a pipeline finds this recording. */
  public Settings settings() {
    return new Settings(Map.of("url", url));
  }

  /** Makes calls fail by chance, up to a number of times. */
  public Recording failingByChance(int times, Random random) {
    failures = times;
    chance = random;
    return this;
  }

  /** Makes the next calls fail. */
  public Recording failing(int times) {
    failures = times;
    return this;
  }

  /** Refuses each write that holds a row of a key. */
  public Recording refusing(String keyText) {
    refused = keyText;
    return this;
  }

  /** The successful calls in their order. */
  public synchronized List<Call> calls() {
    return List.copyOf(calls);
  }

  /** The successful writes of rows in their order. */
  public List<Write> writes() {
    return only(Write.class);
  }

  /** The rows of all successful writes in their order. */
  public List<StoredRow> rows() {
    return writes().stream().flatMap(write -> write.rows().stream()).toList();
  }

  /** The epochs that were marked complete, in their order. */
  public List<Long> completed() {
    return only(Complete.class).stream().map(Complete::epoch).toList();
  }

  /** The successful writes of dead letters in their order. */
  public List<Letters> letters() {
    return only(Letters.class);
  }

  /** How many stores are open still. */
  public synchronized int stillOpen() {
    return open;
  }

  /** How many stores were opened. */
  public synchronized int opened() {
    return opened;
  }

  private <C extends Call> List<C> only(Class<C> kind) {
    return calls().stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  private synchronized void record(Call call) {
    if (failures > 0 && (chance == null || chance.nextInt(8) == 0)) {
      failures--;
      throw new IllegalStateException("the store failed on purpose");
    }
    if (call instanceof Write write
        && write.rows().stream().anyMatch(row -> row.keyText().equals(refused))) {
      throw new StoreException(StoreException.Code.ROW_REFUSED, "no row of this key");
    }
    calls.add(call);
  }

  private synchronized void opened(int change) {
    open += change;
    opened += Math.max(change, 0);
  }

  /** Opens a store that writes its calls down here. */
  ViewStore open() {
    opened(1);
    return new RecordingStore(this);
  }

  /** Records what a store that is open was called for. */
  void recordAt(RecordingStore store, Call call) {
    if (store.isClosed()) {
      throw new IllegalStateException("the store is closed");
    }
    record(call);
  }

  void closed() {
    opened(-1);
  }
}
