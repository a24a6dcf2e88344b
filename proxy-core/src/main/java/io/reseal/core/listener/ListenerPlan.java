package io.reseal.core.listener;

import io.netty.channel.Channel;
import io.reseal.config.HostPort;
import io.reseal.config.Listener;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A listener to bind, and who takes its connections.
 *
 * @param acceptors by each configured address one per event loop, in the order of the loops; called
 *     on that loop with a connection that was admitted and has no handlers yet
 * @param refused called on any loop with each connection that was not admitted, before it is closed
 */
public record ListenerPlan(
    Listener config,
    Admission admission,
    Map<HostPort, List<Consumer<Channel>>> acceptors,
    Refusal refused) {

  /** The one who counts connections that were not admitted. */
  @FunctionalInterface
  public interface Refusal {
    void refused(String peer, Admission.Verdict verdict);
  }
}
