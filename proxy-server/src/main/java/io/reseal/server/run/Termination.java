package io.reseal.server.run;

import java.util.concurrent.CountDownLatch;
import sun.misc.Signal;

/**
 * The wish to end: the first signal lets the work under way finish, the second cuts it. Thread-safe.
 */
public final class Termination {
  private final CountDownLatch first = new CountDownLatch(1);
  private volatile Runnable onSecond = () -> {};

  /** Made by {@link #onSignals}, and by whoever ends a proxy without a signal. */
  public Termination() {}

  /** Takes over SIGTERM and SIGINT; from here on neither ends the process by itself. */
  public static Termination onSignals() {
    Termination termination = new Termination();
    // The shutdown hooks of the runtime would do but for the exit code and the second signal.
    Signal.handle(new Signal("TERM"), signal -> termination.request());
    Signal.handle(new Signal("INT"), signal -> termination.request());
    return termination;
  }

  /** Asks to end; asked again, to cut. */
  public void request() {
    if (first.getCount() == 0) {
      onSecond.run();
    }
    first.countDown();
  }

  /** Waits for the first request. */
  public void await() throws InterruptedException {
    first.await();
  }

  /** Says what the second request does. */
  void onSecond(Runnable cut) {
    onSecond = cut;
  }
}
