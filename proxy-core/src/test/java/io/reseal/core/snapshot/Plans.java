package io.reseal.core.snapshot;

import io.reseal.config.RedirectTarget;
import org.jspecify.annotations.Nullable;

/** Routes that are told apart by their names. */
final class Plans {
  private Plans() {}

  static RoutePlan route(String name) {
    return new RoutePlan.Redirect(name, RedirectTarget.HTTPS);
  }

  static String name(@Nullable RoutePlan route) {
    return route == null ? "none" : route.name();
  }
}
