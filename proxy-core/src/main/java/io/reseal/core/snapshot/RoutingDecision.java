package io.reseal.core.snapshot;

/** What becomes of a request: a plan, or the reason why there is none. */
public sealed interface RoutingDecision permits RoutePlan, RoutingDecision.NotServed {

  /** Why no route may serve a request on its connection. */
  enum NotServed implements RoutingDecision {
    /** No route of the listener is for the host: 404. */
    UNKNOWN_HOST,
    /** The host's routes are for other paths: 404. */
    UNKNOWN_PATH,
    /** The host's connections are passed through, so its requests are not for this one: 421. */
    PASSED_THROUGH,
    /** The connection was made under the policy of another host: 421. */
    OTHER_POLICY;

    /** Whether the request might be served on a connection of its own. */
    public boolean isMisdirected() {
      return this == PASSED_THROUGH || this == OTHER_POLICY;
    }
  }
}
