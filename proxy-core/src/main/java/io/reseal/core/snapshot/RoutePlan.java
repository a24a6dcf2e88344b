package io.reseal.core.snapshot;

import io.reseal.config.RedirectTarget;
import io.reseal.core.upstream.UpstreamPlan;

/** What happens to a request or connection that a route is for. */
public sealed interface RoutePlan extends RoutingDecision {

  /** The route's name in the configuration. */
  String name();

  /** The request goes to an upstream, re-encrypted or in cleartext as the plan says. */
  record Forward(String name, UpstreamPlan upstream) implements RoutePlan {}

  /** The client is sent elsewhere. */
  record Redirect(String name, RedirectTarget target) implements RoutePlan {}
}
