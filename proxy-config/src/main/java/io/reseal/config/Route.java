package io.reseal.config;

import java.util.List;

/**
 * A rule from hosts, and for HTTP also paths, to an action. For one request the most specific host
 * wins (exact, then wildcard, then any), and under that host the most specific path (exact, then
 * the longest prefix); the order of routes in the file does not matter.
 */
public sealed interface Route {
  /** Unique among routes. */
  String name();

  /** Names of the listeners that serve it; empty means all that can. */
  List<String> listeners();

  /** The hosts it is for, at least one. */
  List<HostPattern> hosts();

  /** A route that acts on HTTP requests, and so has paths. */
  sealed interface Http extends Route {
    /** The paths it is for, at least one. */
    List<PathMatch> paths();
  }

  /** TLS ends here and a new, verified TLS connection carries the request to the upstream. */
  record Reencrypt(
      String name,
      List<String> listeners,
      List<HostPattern> hosts,
      List<PathMatch> paths,
      String upstream)
      implements Http {
    public Reencrypt {
      listeners = List.copyOf(listeners);
      hosts = List.copyOf(hosts);
      paths = List.copyOf(paths);
    }
  }

  /** The client's bytes go untouched to the upstream, which ends the TLS; chosen by the SNI. */
  record Passthrough(String name, List<String> listeners, List<HostPattern> hosts, String upstream)
      implements Route {
    public Passthrough {
      listeners = List.copyOf(listeners);
      hosts = List.copyOf(hosts);
    }
  }

  /** The request goes to the upstream in cleartext. */
  record Offload(
      String name,
      List<String> listeners,
      List<HostPattern> hosts,
      List<PathMatch> paths,
      String upstream)
      implements Http {
    public Offload {
      listeners = List.copyOf(listeners);
      hosts = List.copyOf(hosts);
      paths = List.copyOf(paths);
    }
  }

  /**
   * The client is sent elsewhere; no upstream is asked.
   *
   * @param target where to
   */
  record Redirect(
      String name,
      List<String> listeners,
      List<HostPattern> hosts,
      List<PathMatch> paths,
      RedirectTarget target)
      implements Http {
    public Redirect {
      listeners = List.copyOf(listeners);
      hosts = List.copyOf(hosts);
      paths = List.copyOf(paths);
    }
  }
}
