/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.benchmarks.peers;

import io.anabranch.examples.web.Request;
import java.sql.SQLException;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.TextIO;
import org.apache.beam.sdk.io.jdbc.JdbcIO;
import org.apache.beam.sdk.io.jdbc.JdbcIO.DataSourceConfiguration;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.options.Validation;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.AfterProcessingTime;
import org.apache.beam.sdk.transforms.windowing.AfterWatermark;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.joda.time.Duration;
import org.joda.time.Instant;

/**
 * The job in Beam: {@code TextIO}, parse, {@code FixedWindows}, {@code Count}, {@code JdbcIO}. Runs
 * with any of Beam's options, such as {@code --runner=FlinkRunner --streaming}.
 */
public final class HandWrittenBeam {
  private static final long ROWS_OF_A_BATCH = 10_000;

  private HandWrittenBeam() {}

  /** The options of the job. */
  public interface Options extends PipelineOptions {
    /** The log. */
    @Validation.Required
    @Description("The access log to read")
    String getInput();

    void setInput(String input);

    /** The store. */
    @Validation.Required
    @Description("The JDBC URL of the database")
    String getUrl();

    void setUrl(String url);

    /** How soon rows are seen before their window ends. */
    @Description("Write rows so many milliseconds after they changed, before their window ends")
    @Default.Integer(0)
    int getRefreshMillis();

    void setRefreshMillis(int millis);
  }

  /** Runs the job. */
  public static void main(String[] args) throws SQLException {
    PipelineOptionsFactory.register(Options.class);
    Options options = PipelineOptionsFactory.fromArgs(args).withValidation().as(Options.class);
    PageViewsTable.create(options.getUrl());
    Pipeline pipeline = Pipeline.create(options);
    pipeline
        .apply("Read", TextIO.read().from(options.getInput()))
        .apply("Parse", ParDo.of(new ParseFn()))
        .apply("Minutes", minutes(options.getRefreshMillis()))
        .apply("Count", Count.perElement())
        .apply("Rows", ParDo.of(new RowFn()))
        .setCoder(
            KvCoder.of(KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of()), VarLongCoder.of()))
        .apply(
            "Write",
            JdbcIO.<KV<KV<String, Long>, Long>>write()
                .withDataSourceConfiguration(
                    DataSourceConfiguration.create("org.sqlite.JDBC", options.getUrl()))
                .withStatement(PageViewsTable.UPSERT)
                .withBatchSize(ROWS_OF_A_BATCH)
                .withPreparedStatementSetter(
                    (row, statement) ->
                        PageViewsTable.set(
                            statement,
                            new PageViews(
                                row.getKey().getKey(), row.getKey().getValue(), row.getValue()))));
    pipeline.run().waitUntilFinish();
  }

  private static Window<String> minutes(int refreshMillis) {
    Window<String> minutes = Window.into(FixedWindows.of(Duration.standardMinutes(1)));
    return refreshMillis == 0
        ? minutes
        : minutes
            .triggering(
                AfterWatermark.pastEndOfWindow()
                    .withEarlyFirings(
                        AfterProcessingTime.pastFirstElementInPane()
                            .plusDelayOf(Duration.millis(refreshMillis))))
            .withAllowedLateness(Duration.ZERO)
            .accumulatingFiredPanes();
  }

  private static final class ParseFn extends DoFn<String, String> {
    private final Counter invalid = Metrics.counter(HandWrittenBeam.class, "invalid-lines");

    @ProcessElement
    public void parse(@Element String line, OutputReceiver<String> pages) {
      Request request;
      try {
        request = Request.parse(line);
      } catch (IllegalArgumentException e) {
        invalid.inc();
        return;
      }
      pages.outputWithTimestamp(
          request.page(), Instant.ofEpochMilli(request.time().toEpochMilli()));
    }
  }

  private static final class RowFn extends DoFn<KV<String, Long>, KV<KV<String, Long>, Long>> {
    @ProcessElement
    public void row(
        @Element KV<String, Long> counted,
        BoundedWindow window,
        OutputReceiver<KV<KV<String, Long>, Long>> rows) {
      long minute = ((IntervalWindow) window).start().getMillis();
      rows.output(KV.of(KV.of(counted.getKey(), minute), counted.getValue()));
    }
  }
}
