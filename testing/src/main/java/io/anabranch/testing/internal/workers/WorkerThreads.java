/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.internal.workers;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** The threads of the workers that {@link FreshFn} plays; they end with the process. */
final class WorkerThreads {
  private static final int COUNT = 3;
  private static final ExecutorService THREADS =
      Executors.newFixedThreadPool(
          COUNT,
          work -> {
            Thread thread = new Thread(work, "anabranch-worker");
            thread.setDaemon(true);
            return thread;
          });

  private WorkerThreads() {}

  /**
   * Does work on several threads, and waits for all of it.
   *
   * @return the results in the order of the work
   * @throws RuntimeException that of the first work that failed
   */
  static <T> List<T> all(List<Supplier<T>> work) {
    List<CompletableFuture<T>> futures =
        work.stream().map(each -> CompletableFuture.supplyAsync(each, THREADS)).toList();
    try {
      return futures.stream().map(CompletableFuture::join).toList();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }
}
