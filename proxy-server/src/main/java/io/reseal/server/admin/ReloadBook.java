package io.reseal.server.admin;

import java.time.Instant;
import java.util.List;

/** The latest reading of the configuration. Thread-safe. */
public final class ReloadBook {
  private volatile Reload latest = Reload.atStart(Instant.now(), List.of());

  public ReloadBook() {}

  /** Takes down what a reading led to. */
  public void note(Reload reload) {
    latest = reload;
  }

  /** What the latest reading led to. */
  public Reload latest() {
    return latest;
  }
}
