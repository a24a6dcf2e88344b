package io.reseal.core.http;

import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetSocketAddress;

/**
 * What is forwarded about a client's connection, put into text once per connection.
 *
 * @param peer the client's IP address
 * @param forwardedNode the same as RFC 7239 section 6 writes it, IPv6 in brackets and quotes
 * @param localPort the port that the client connected to
 * @param tls whether the client's connection is protected
 * @param peerTrusted whether forwarding fields from this client are believed
 */
public record EdgeConnection(
    String peer, String forwardedNode, String localPort, boolean tls, boolean peerTrusted) {

  public static EdgeConnection of(
      InetSocketAddress peer, InetSocketAddress local, boolean tls, boolean peerTrusted) {
    String address = NetUtil.toAddressString(peer.getAddress());
    String node = peer.getAddress() instanceof Inet6Address ? "\"[" + address + "]\"" : address;
    return new EdgeConnection(address, node, Integer.toString(local.getPort()), tls, peerTrusted);
  }

  String scheme() {
    return tls ? "https" : "http";
  }
}
