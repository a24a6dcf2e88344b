package io.reseal.server.run;

import java.util.concurrent.CountDownLatch;
import sun.misc.Signal;

/**
 * The wish to end: the first signal lets the work under way finish, the second cuts it. SIGHUP is the
 * wish to go on with another configuration. Thread-safe.
 */
public final class Termination {
  private final CountDownLatch first = new CountDownLatch(1);
  private volatile Runnable onSecond = () -> {};
  private volatile Runnable onHangup = () -> {};

  /** Made by {@link #onSignals}, and by whoever ends a proxy without a signal. */
  public Termination() {}

  /** Takes over SIGTERM, SIGINT and SIGHUP; from here on none ends the process by itself. */
  public static Termination onSignals() {
    Termination termination = new Termination();
    // The shutdown hooks of the runtime would do but for the exit code and the second signal.
    Signal.handle(new Signal("TERM"), signal -> termination.request());
    Signal.handle(new Signal("INT"), signal -> termination.request());
    Signal.handle(new Signal("HUP"), signal -> Thread.ofVirtual().start(termination.onHangup));
    return termination;
  }

  /** Asks to end; asked again, to cut. */
  public void request() {
    if (first.getCount() == 0) {
      onSecond.run();
    }
    first.countDown();
  }

  /** Asks to end, unless that was asked before. */
  public void requestOnce() {
    first.countDown();
  }

  /** Waits for the first request. */
  public void await() throws InterruptedException {
    first.await();
  }

  /** Says what SIGHUP does; before that it does nothing. Run on a thread of its own. */
  void onHangup(Runnable reload) {
    onHangup = reload;
  }

  /** Says what the second request does. */
  void onSecond(Runnable cut) {
    onSecond = cut;
  }
}
