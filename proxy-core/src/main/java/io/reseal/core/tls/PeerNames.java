package io.reseal.core.tls;

import io.netty.util.NetUtil;
import io.reseal.config.HostPort;
import io.reseal.config.UpstreamTls;
import io.reseal.config.UpstreamTls.ServerNameSent.EndpointName;
import io.reseal.config.UpstreamTls.ServerNameSent.Fixed;
import io.reseal.config.UpstreamTls.ServerNameSent.RequestHost;
import java.util.List;

/**
 * The names of one upstream connection: which one is sent, and of which the certificate must carry
 * one. Connections may be pooled together only when these are equal.
 *
 * @param serverName the server name (SNI) sent; empty for none
 * @param accepted DNS names in lower case and IP literals; empty means that no certificate will do
 */
public record PeerNames(String serverName, List<String> accepted) {
  public PeerNames {
    accepted = List.copyOf(accepted);
  }

  /**
   * The names that a policy yields for one connection.
   *
   * @param tls the upstream's policy
   * @param endpoint the endpoint as configured
   * @param requestHost the host of the request in lower case, without port and trailing dot; used
   *     only where the policy asks for it
   */
  public static PeerNames of(UpstreamTls tls, HostPort endpoint, String requestHost) {
    String host = switch (tls.serverName()) {
      case EndpointName endpointName -> endpoint.host();
      case RequestHost asked -> requestHost;
      case Fixed fixed -> fixed.name();
    };
    boolean address = isAddress(host);
    List<String> accepted = tls.acceptedNames();
    if (accepted.isEmpty() && !host.isEmpty()) {
      accepted = List.of(host);
    }
    return new PeerNames(address ? "" : host, accepted);
  }

  static boolean isAddress(String host) {
    return NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host);
  }
}
