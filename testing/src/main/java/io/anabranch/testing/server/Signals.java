/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.testing.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** Signals to a process and to all that it started. */
final class Signals {
  private final ProcessHandle process;

  Signals(ProcessHandle process) {
    this.process = process;
  }

  /** Sends one, such as {@code STOP}, to those that live; the first of them gets it first. */
  void send(String name) {
    List<ProcessHandle> all =
        Stream.concat(Stream.of(process), process.descendants())
            .filter(ProcessHandle::isAlive)
            .toList();
    if (all.isEmpty()) {
      return;
    }
    List<String> command = new ArrayList<>(List.of("kill", "-" + name));
    all.forEach(each -> command.add(Long.toString(each.pid())));
    try {
      Process kill = new ProcessBuilder(command).redirectErrorStream(true).start();
      kill.getInputStream().readAllBytes(); // one that ended meanwhile is no error
      kill.waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot send " + name, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until the process has ended. */
  void awaitEnd(Duration patience) {
    try {
      process.onExit().get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("process " + process.pid() + " does not end", e);
    }
  }
}
