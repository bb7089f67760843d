/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.transforms.internal.store;

import io.anabranch.api.spi.Settings;
import io.anabranch.api.spi.row.DeadLetter;
import io.anabranch.api.spi.store.OpenSlice;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.apache.beam.sdk.coders.VoidCoder;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;

/**
 * Stores dead letters, a bundle at a time.
 *
 * <p>Input: dead letters, bounded or not, in any windows. Output: nothing, ever; its watermark says
 * which are stored. A bundle of more than 8 MiB, or with more failed events than are allowed, is
 * stored in parts. A letter is identified by its place in the log, so storing it twice changes
 * nothing.
 *
 * <p>Failures: a {@link io.anabranch.api.UserException} once steps threw on more events than
 * allowed.
 */
public final class WriteDeadLetters extends PTransform<PCollection<DeadLetter>, PCollection<Void>> {
  private final transient Settings store;
  private final transient List<OpenSlice> slices;
  private final transient FailedEventLimit limit;

  private WriteDeadLetters(Settings store, List<OpenSlice> slices, FailedEventLimit limit) {
    this.store = store;
    this.slices = slices;
    this.limit = limit;
  }

  /**
   * Stores to the store of these settings.
   *
   * @param slices what is written meanwhile: the letters are of their versions
   */
  public static WriteDeadLetters to(Settings store, Collection<OpenSlice> slices) {
    return new WriteDeadLetters(store, List.copyOf(slices), FailedEventLimit.NONE);
  }

  /** Fails once steps threw on more events than this; default never. */
  public WriteDeadLetters limitedTo(FailedEventLimit failedEvents) {
    return new WriteDeadLetters(store, slices, failedEvents);
  }

  @Override
  public PCollection<Void> expand(PCollection<DeadLetter> input) {
    return input
        .apply("Write", ParDo.of(new WriteFn(store, slices, limit)))
        .setCoder(VoidCoder.of());
  }

  private static final class WriteFn extends StoreFn<DeadLetter, Void> {
    private static final long serialVersionUID = 1L;
    private static final int MOST_BYTES = 8 << 20;
    private static final int BYTES_OF_A_LETTER = 200; // besides its record and its error
    private final TreeMap<String, Long> generations = new TreeMap<>();
    private final FailedEventLimit limit;
    private transient List<DeadLetter> letters;
    private transient long bytes;
    private transient int failed;

    WriteFn(Settings settings, List<OpenSlice> slices, FailedEventLimit limit) {
      super(settings, slices);
      this.limit = limit;
      slices.forEach(slice -> generations.put(slice.view(), slice.generation()));
    }

    @StartBundle
    public void startBundle() {
      letters = new ArrayList<>();
      forget();
    }

    @ProcessElement
    public void process(@Element DeadLetter letter) {
      letters.add(letter);
      bytes += letter.record().length + 2L * letter.error().length() + BYTES_OF_A_LETTER;
      failed += letter.kind() == DeadLetter.Kind.FAILED ? 1 : 0;
      if (bytes > MOST_BYTES || failed > limit.most()) { // which may be too many, or not new
        flush();
      }
    }

    @FinishBundle
    public void finishBundle() {
      flush();
    }

    private void flush() {
      if (!letters.isEmpty()) {
        toStore(store -> store.deadLetters().write(generations, letters));
        letters.stream()
            .filter(letter -> letter.kind() == DeadLetter.Kind.FAILED)
            .reduce((earlier, later) -> later)
            .ifPresent(last -> toStore(store -> limit.check(store.deadLetters(), last)));
        forget();
      }
    }

    private void forget() {
      letters.clear();
      bytes = 0;
      failed = 0;
    }
  }
}
