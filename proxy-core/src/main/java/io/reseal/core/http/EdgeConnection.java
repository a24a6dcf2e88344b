package io.reseal.core.http;

import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetSocketAddress;

/**
 * What is forwarded about a client's connection, put into text once per connection. Confined to the
 * connection's event loop.
 */
public final class EdgeConnection {
  private final String peer;
  private final String forwardedNode;
  private final String localPort;
  private final boolean tls;
  private final boolean peerTrusted;
  private final ClientCertificateFields certificate;

  /** Most connections ask for one host only. */
  private String lastHost = "";

  private String lastForwarded = "";

  private EdgeConnection(
      String peer,
      String forwardedNode,
      String localPort,
      boolean tls,
      boolean peerTrusted,
      ClientCertificateFields certificate) {
    this.peer = peer;
    this.forwardedNode = forwardedNode;
    this.localPort = localPort;
    this.tls = tls;
    this.peerTrusted = peerTrusted;
    this.certificate = certificate;
  }

  /**
   * Makes the text.
   *
   * @param tls whether the client's connection is protected
   * @param peerTrusted whether forwarding fields from this client are believed
   */
  public static EdgeConnection of(
      InetSocketAddress peer, InetSocketAddress local, boolean tls, boolean peerTrusted) {
    return of(peer, local, tls, peerTrusted, ClientCertificateFields.NONE);
  }

  /**
   * The same with a certificate.
   *
   * @param certificate what is told of the certificate that this client showed
   */
  public static EdgeConnection of(
      InetSocketAddress peer,
      InetSocketAddress local,
      boolean tls,
      boolean peerTrusted,
      ClientCertificateFields certificate) {
    String address = NetUtil.toAddressString(peer.getAddress());
    // RFC 7239 section 6: an IPv6 address stands in brackets and quotes.
    String node = peer.getAddress() instanceof Inet6Address ? "\"[" + address + "]\"" : address;
    return new EdgeConnection(
        address, node, Integer.toString(local.getPort()), tls, peerTrusted, certificate);
  }

  /** The client's IP address. */
  String peer() {
    return peer;
  }

  /** The port that the client connected to. */
  String localPort() {
    return localPort;
  }

  /** What is told of the client's certificate. */
  ClientCertificateFields certificate() {
    return certificate;
  }

  /** Whether forwarding fields from this client are believed. */
  public boolean peerTrusted() {
    return peerTrusted;
  }

  String scheme() {
    return tls ? "https" : "http";
  }

  /** The element of RFC 7239 section 4 for a request to this authority. */
  String forwarded(String host) {
    if (lastForwarded.isEmpty() || !host.equals(lastHost)) {
      lastForwarded = "for=" + forwardedNode + ";host=" + quoted(host) + ";proto=" + scheme();
      lastHost = host;
    }
    return lastForwarded;
  }

  private static String quoted(String text) {
    // A token needs no quotes; a port's colon or a bracket does.
    return Syntax.isToken(text) ? text : '"' + text + '"';
  }
}
