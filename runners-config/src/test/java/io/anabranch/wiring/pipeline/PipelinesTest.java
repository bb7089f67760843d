/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.wiring.pipeline;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import io.anabranch.api.UserException;
import io.anabranch.api.spi.log.LogException;
import io.anabranch.api.spi.store.Fence;
import io.anabranch.api.spi.store.FencedException;
import io.anabranch.api.spi.store.StoreException;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.junit.jupiter.api.Test;

class PipelinesTest {
  /** A runner may keep no more of an error of a worker than its text. */
  @Test
  void errorOfAWorkerOfWhichOnlyTheTextIsLeftIsReported() {
    List<UserException> errors =
        List.of(
            new UserException("what happened"),
            new LogException(LogException.Code.DAMAGED, "segment 3 is damaged"),
            new StoreException(StoreException.Code.FULL, "the disk is full"),
            new FencedException(new Fence("sales", 1, 3, 0), 5));

    for (UserException error : errors) {
      RuntimeException wrapped =
          new RuntimeException("failed: " + error + "\n\tat a.b.C.d", new Exception("whatever"));
      assertThat(
          Pipelines.userException(wrapped, AuthorSteps.of(Pipeline.create()), "speed").getMessage(),
          is(error.getMessage()));
    }
  }
}
