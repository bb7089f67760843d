/* SPDX-License-Identifier: Apache-2.0 */
package io.anabranch.cli.session;

import io.anabranch.wiring.Stop;
import java.io.PrintWriter;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets Ctrl-C and SIGTERM stop a run cleanly; the second one ends the process at once.
 *
 * <p>A shutdown hook would not do: those of the runners run beside it, and take down what a
 * pipeline needs to store its last rows. The JDK's {@code sun.misc.Signal} is in the module {@code
 * jdk.unsupported} and cannot be compiled against without a warning, hence the reflection; where it
 * is missing, a signal ends the process as it always did, and the next run goes on from there.
 */
public final class Interrupts {
  private static final int KILLED = 130;

  private final Stop stop;
  private final PrintWriter err;
  private final AtomicInteger signals = new AtomicInteger();
  private final List<Runnable> restore = new ArrayList<>();

  private Interrupts(Stop stop, PrintWriter err) {
    this.stop = stop;
    this.err = err;
  }

  /** Does work; the first signal meanwhile requests a stop of it. */
  public static void during(Runnable work, Stop stop, PrintWriter err) {
    Interrupts interrupts = new Interrupts(stop, err);
    interrupts.handle("INT");
    interrupts.handle("TERM");
    try {
      work.run();
    } finally {
      interrupts.restore.forEach(Runnable::run);
    }
  }

  private void handle(String name) {
    try {
      Class<?> signalClass = Class.forName("sun.misc.Signal");
      Class<?> handlerClass = Class.forName("sun.misc.SignalHandler");
      Object signal = signalClass.getConstructor(String.class).newInstance(name);
      InvocationHandler onSignal =
          (proxy, method, arguments) -> {
            if (method.getName().equals("handle")) {
              signalled();
            }
            return null;
          };
      Object handler =
          Proxy.newProxyInstance(
              Interrupts.class.getClassLoader(), new Class<?>[] {handlerClass}, onSignal);
      var handle = signalClass.getMethod("handle", signalClass, handlerClass);
      Object previous = handle.invoke(null, signal, handler);
      restore.add(
          () -> {
            try {
              handle.invoke(null, signal, previous);
            } catch (ReflectiveOperationException e) {
              throw new IllegalStateException(e);
            }
          });
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      // no such signal, or it is not ours to handle
    }
  }

  private void signalled() {
    if (signals.incrementAndGet() > 1) {
      Runtime.getRuntime().halt(KILLED);
    }
    err.println("stopping; once more to stop at once");
    Thread request = new Thread(stop::request, "anabranch-stop");
    request.setDaemon(true);
    request.start();
  }
}
