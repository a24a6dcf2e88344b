package io.reseal.config;

/**
 * A host and a port. The host is a DNS name in lower case or an IP literal without brackets.
 *
 * @param host a DNS name or an IP literal; for a listener an IP literal
 * @param port 1 to 65535; for a listener 0 means "any free port"
 */
public record HostPort(String host, int port) {
  @Override
  public String toString() {
    return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
  }
}
