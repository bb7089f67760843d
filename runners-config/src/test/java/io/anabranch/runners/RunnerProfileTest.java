/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.runners;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.anabranch.api.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.beam.runners.flink.FlinkPipelineOptions;
import org.apache.beam.sdk.options.PipelineOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunnerProfileTest {
  @ParameterizedTest
  @CsvSource({"PT0.01S, 10", "PT0.5S, 100", "PT1S, 200", "PT1H, 500"})
  void bundlesOnFlinkLastAFifthOfTheTimeThatAChangeMayWait(Duration refresh, long millis) {
    for (String name : List.of("flink-local", "FlinkRunner")) {
      FlinkPipelineOptions options = flink(RunnerProfile.of(name, Map.of()).refresh(refresh));

      assertThat(name, options.getMaxBundleTimeMills(), is(millis));
      assertThat(name, options.getAutoWatermarkInterval(), is(millis));
    }
  }

  @Test
  void optionsThatAreGivenWin() {
    FlinkPipelineOptions options =
        flink(
            RunnerProfile.of("flink-local", Map.of("maxBundleTimeMills", "7"))
                .refresh(Duration.ofSeconds(1)),
            "--autoWatermarkInterval=9");

    assertThat(options.getMaxBundleTimeMills(), is(7L));
    assertThat(options.getAutoWatermarkInterval(), is(9L));
  }

  @Test
  void otherRunnersGetNoOptionsOfFlink() {
    PipelineOptions options =
        RunnerProfile.of("direct", Map.of())
            .refresh(Duration.ofSeconds(1))
            .pipelineOptions(List.of());

    assertThat(options.getRunner().getSimpleName(), is("DirectRunner"));
  }

  @Test
  void bundlesAreFinishedBeforeCheckpointsWhateverIsGiven() {
    RunnerProfile profile = RunnerProfile.of("flink-local", Map.of());

    assertThat(flink(profile).getFinishBundleBeforeCheckpointing(), is(true));
    UsageException problem =
        assertThrows(
            UsageException.class, () -> flink(profile, "--finishBundleBeforeCheckpointing=false"));
    assertThat(problem.getMessage(), containsString("contributions would be lost"));
  }

  @ParameterizedTest
  @CsvSource({"16, [local], false", "17, [local], true", "64, [auto], true", "64, host:1, false"})
  void localFlinkGetsBuffersForManyReaders(int parallelism, String master, boolean some) {
    FlinkPipelineOptions options =
        flink(
            RunnerProfile.of("flink-local", Map.of("flinkMaster", master)),
            "--parallelism=" + parallelism);

    assertThat(options.getFlinkConfDir(), is(some ? notNullValue() : nullValue()));
  }

  @Test
  void memoryOfTheBuffersGrowsWithTheSquareOfTheParallelism() throws IOException {
    FlinkPipelineOptions options =
        flink(RunnerProfile.of("flink-local", Map.of("parallelism", "64")));

    assertThat(
        Files.readString(Path.of(options.getFlinkConfDir(), "flink-conf.yaml")),
        containsString("taskmanager.memory.network.max: " + 64 * 64 * 12 * 8192));
  }

  private static FlinkPipelineOptions flink(RunnerProfile profile, String... arguments) {
    return profile.pipelineOptions(List.of(arguments)).as(FlinkPipelineOptions.class);
  }
}
