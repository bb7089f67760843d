/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.benchmarks.peers;

import io.anabranch.examples.web.Request;
import java.time.Duration;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.reader.TextLineInputFormat;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

/**
 * The job in Flink's DataStream API. Arguments: {@code BATCH} or {@code STREAMING}, the log, the
 * JDBC URL, the parallelism.
 */
public final class NativeFlink {
  private static final int LOG = 1;
  private static final int URL = 2;
  private static final int PARALLELISM = 3;

  private NativeFlink() {}

  /** Runs the job. */
  public static void main(String[] args) throws Exception {
    PageViewsTable.create(args[URL]);
    StreamExecutionEnvironment flink = StreamExecutionEnvironment.getExecutionEnvironment();
    flink.setRuntimeMode(RuntimeExecutionMode.valueOf(args[0]));
    flink.setParallelism(Integer.parseInt(args[PARALLELISM]));
    flink.getConfig().enableObjectReuse();
    FileSource<String> log =
        FileSource.forRecordStreamFormat(new TextLineInputFormat(), new Path(args[LOG])).build();
    flink
        .fromSource(log, WatermarkStrategy.noWatermarks(), "Read")
        .flatMap(new ParseFunction())
        .returns(Types.TUPLE(Types.STRING, Types.LONG))
        // Lines come in any order of two readers: all windows end with the input.
        .assignTimestampsAndWatermarks(
            WatermarkStrategy.<Tuple2<String, Long>>noWatermarks()
                .withTimestampAssigner((request, ignored) -> request.f1))
        .keyBy(request -> request.f0)
        .window(TumblingEventTimeWindows.of(Duration.ofMinutes(1)))
        .aggregate(new CountFunction(), new RowFunction())
        .returns(Types.TUPLE(Types.STRING, Types.LONG, Types.LONG))
        .addSink(new TableSink(args[URL]))
        // One file has one writer at a time.
        .setParallelism(1);
    flink.execute("page-views");
  }

  private static final class ParseFunction
      implements FlatMapFunction<String, Tuple2<String, Long>> {
    private static final long serialVersionUID = 1;

    @Override
    public void flatMap(String line, Collector<Tuple2<String, Long>> requests) {
      Request request;
      try {
        request = Request.parse(line);
      } catch (IllegalArgumentException e) {
        return;
      }
      requests.collect(Tuple2.of(request.page(), request.time().toEpochMilli()));
    }
  }

  private static final class CountFunction
      implements AggregateFunction<Tuple2<String, Long>, Long, Long> {
    private static final long serialVersionUID = 1;

    @Override
    public Long createAccumulator() {
      return 0L;
    }

    @Override
    public Long add(Tuple2<String, Long> request, Long count) {
      return count + 1;
    }

    @Override
    public Long getResult(Long count) {
      return count;
    }

    @Override
    public Long merge(Long left, Long right) {
      return left + right;
    }
  }

  private static final class RowFunction
      extends ProcessWindowFunction<Long, Tuple3<String, Long, Long>, String, TimeWindow> {
    private static final long serialVersionUID = 1;

    @Override
    public void process(
        String page,
        Context context,
        Iterable<Long> counts,
        Collector<Tuple3<String, Long, Long>> rows) {
      for (long count : counts) {
        rows.collect(Tuple3.of(page, context.window().getStart(), count));
      }
    }
  }
}
