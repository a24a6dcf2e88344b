package io.reseal.config;

/** The hosts that a route is for. */
public sealed interface HostPattern {

  /** One host, in lower case, without a trailing dot. */
  record Exact(String host) implements HostPattern {
    @Override
    public String toString() {
      return host;
    }
  }

  /**
   * Every host of exactly one more label: {@code *.shop.example} covers {@code a.shop.example}, but
   * neither {@code shop.example} nor {@code a.b.shop.example}.
   *
   * @param parent what follows {@code "*."}, in lower case
   */
  record Wildcard(String parent) implements HostPattern {
    @Override
    public String toString() {
      return "*." + parent;
    }
  }

  /** Every host, also a request without one. Written {@code "*"}. */
  record Any() implements HostPattern {
    @Override
    public String toString() {
      return "*";
    }
  }
}
