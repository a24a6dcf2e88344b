package io.reseal.core.snapshot;

import io.reseal.config.HostPattern;
import io.reseal.config.PathMatch;
import io.reseal.core.upstream.UpstreamPlan;
import org.jspecify.annotations.Nullable;

/** The routes of one host on one listener: its paths, or the upstream that gets it untouched. */
public final class HostRoutes {
  private final HostPattern pattern;
  private final PathTable paths;
  private final @Nullable UpstreamPlan passthrough;
  private final String passthroughRoute;

  HostRoutes(
      HostPattern pattern,
      PathTable paths,
      @Nullable UpstreamPlan passthrough,
      String passthroughRoute) {
    this.pattern = pattern;
    this.paths = paths;
    this.passthrough = passthrough;
    this.passthroughRoute = passthroughRoute;
  }

  /** The upstream that gets the client's own bytes, null for a host whose TLS ends here. */
  public @Nullable UpstreamPlan passthrough() {
    return passthrough;
  }

  /** The name of the passthrough route, empty where there is none. */
  public String passthroughRoute() {
    return passthroughRoute;
  }

  /** The route for a normalised path, null for none. */
  public @Nullable RoutePlan route(String routingPath) {
    return paths.lookup(routingPath);
  }

  /** The path that {@link #route} matches a normalised path by, null for none. */
  public @Nullable PathMatch match(String routingPath) {
    PathTable.PathRoute found = paths.find(routingPath);
    return found == null ? null : found.match();
  }

  /** The pattern by which hosts come here. */
  public HostPattern pattern() {
    return pattern;
  }
}
