/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.connectors.kafka;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.MapCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.util.VarInt;

/**
 * Where a split goes on.
 *
 * @param places of the partitions that it has begun
 * @param watermark the last watermark, in milliseconds
 */
record TopicMark(Map<Integer, Place> places, long watermark)
    implements UnboundedSource.CheckpointMark {

  /**
   * Where it goes on in a partition.
   *
   * @param next the next offset
   * @param open the last epoch as of which records were given out before it was closed
   * @param openEnd the offset behind the last of them
   */
  record Place(long next, long open, long openEnd) {}

  /** Copies the places. */
  TopicMark {
    places = Map.copyOf(places);
  }

  /** Returns the mark of a reader that has not begun. */
  static TopicMark start() {
    return new TopicMark(Map.of(), BoundedWindow.TIMESTAMP_MIN_VALUE.getMillis());
  }

  /** Nothing is to be done: the topic keeps what was read. */
  @Override
  public void finalizeCheckpoint() {}

  /** The coder of marks. */
  static final class TopicMarkCoder extends AtomicCoder<TopicMark> {
    private static final long serialVersionUID = 1L;
    private static final TopicMarkCoder INSTANCE = new TopicMarkCoder();
    private static final MapCoder<Integer, List<Long>> PLACES =
        MapCoder.of(VarIntCoder.of(), ListCoder.of(VarLongCoder.of()));

    private TopicMarkCoder() {}

    static TopicMarkCoder of() {
      return INSTANCE;
    }

    @Override
    public void encode(TopicMark mark, OutputStream out) throws IOException {
      Map<Integer, List<Long>> places = new TreeMap<>();
      mark.places.forEach(
          (partition, place) ->
              places.put(partition, List.of(place.next(), place.open(), place.openEnd())));
      PLACES.encode(places, out);
      VarInt.encode(mark.watermark, out);
    }

    @Override
    public TopicMark decode(InputStream in) throws IOException {
      Map<Integer, Place> places = new TreeMap<>();
      PLACES
          .decode(in)
          .forEach(
              (partition, place) ->
                  places.put(partition, new Place(place.get(0), place.get(1), place.get(2))));
      return new TopicMark(places, VarInt.decodeLong(in));
    }

    @Override
    public boolean consistentWithEquals() {
      return true;
    }
  }
}
