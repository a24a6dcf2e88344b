package io.reseal.server.run;

import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * The wish to end: the first signal lets the work under way finish, the second cuts it. SIGHUP is the
 * wish to go on with another configuration. Thread-safe.
 */
public final class Termination {
  private static final Logger LOG = LoggerFactory.getLogger(Termination.class);

  private final CountDownLatch first = new CountDownLatch(1);
  private boolean signalled;
  private boolean cutWanted;
  private @Nullable Runnable onSecond;
  private @Nullable Runnable onHangup;
  private boolean hungUp;
  private boolean ignoresHangup;

  /** Made by {@link #onSignals}, and by whoever ends a proxy without a signal. */
  public Termination() {}

  /** Takes over SIGTERM, SIGINT and SIGHUP; from here on none ends the process by itself. */
  public static Termination onSignals() {
    Termination termination = new Termination();
    // The shutdown hooks of the runtime would do but for the exit code and the second signal.
    Signal.handle(new Signal("TERM"), signal -> termination.request());
    Signal.handle(new Signal("INT"), signal -> termination.request());
    SignalHandler before = Signal.handle(new Signal("HUP"), signal -> termination.hangUp());
    termination.ignoresHangup = before == SignalHandler.SIG_IGN;
    return termination;
  }

  /** A signal: asks to end; the second, to cut. */
  public void request() {
    Runnable cut = null;
    synchronized (this) {
      if (signalled) {
        cutWanted = true;
        cut = onSecond;
      } else if (first.getCount() == 0) {
        LOG.info("a first signal, while ending already; a second one cuts");
      }
      signalled = true;
    }
    if (cut != null) {
      cut.run();
    }
    first.countDown();
  }

  /**
   * Asks to end without a signal, as the admin port and a successor do. A signal that follows is the
   * first and cuts nothing: a preStop hook drains, and then comes SIGTERM.
   */
  public void requestOnce() {
    first.countDown();
  }

  /** Waits for the first request. */
  public void await() throws InterruptedException {
    first.await();
  }

  /**
   * Says what SIGHUP does, and does it if one has come before. Run on a thread of its own. In a
   * process that was started with SIGHUP ignored the Java runtime leaves it so.
   */
  synchronized void onHangup(Runnable reload) {
    if (ignoresHangup) {
      LOG.warn("SIGHUP is ignored, because this process was started like that (nohup does it):"
          + " reload by \"reseal reload\" or by the watch over the files, or start by setsid");
    }
    onHangup = reload;
    if (hungUp) {
      hangUp();
    }
  }

  private synchronized void hangUp() {
    Runnable reload = onHangup;
    if (reload == null) {
      // While the process starts.
      hungUp = true;
    } else {
      Thread.ofVirtual().start(reload);
    }
  }

  /** Says what the second signal does, and does it if that has come before. */
  void onSecond(Runnable cut) {
    boolean wanted;
    synchronized (this) {
      onSecond = cut;
      wanted = cutWanted;
    }
    if (wanted) {
      cut.run();
    }
  }
}
