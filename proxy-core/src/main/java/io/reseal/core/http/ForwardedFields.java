package io.reseal.core.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The fields that tell an upstream who asked. What a client sends in them is dropped, unless it is
 * a trusted proxy, whose chain is extended; so an upstream may believe what it reads.
 */
final class ForwardedFields {
  static final AsciiString FORWARDED = AsciiString.cached("forwarded");
  static final AsciiString FOR = AsciiString.cached("x-forwarded-for");
  private static final AsciiString PROTO = AsciiString.cached("x-forwarded-proto");
  private static final AsciiString HOST = AsciiString.cached("x-forwarded-host");
  private static final AsciiString PORT = AsciiString.cached("x-forwarded-port");
  static final AsciiString REAL_IP = AsciiString.cached("x-real-ip");

  /** A chain longer than this is cut at its far end. */
  private static final int MOST_CHAIN_CHARACTERS = 1_024;

  private static final int SHORTEST_PREFIX = "x-ssl-".length();
  private static final int CERTIFICATE = "client-cert".length();
  private static final int CERTIFICATE_CHAIN = "client-cert-chain".length();

  private ForwardedFields() {}

  static void apply(RequestHead request, EdgeConnection edge) {
    HttpHeaders fields = request.fields();
    String chain = edge.peer();
    String proto = edge.scheme();
    String host = request.authority();
    String port = edge.localPort();
    String forwarded = edge.forwarded(host);
    String realIp = edge.peer();
    if (edge.peerTrusted()) {
      chain = extended(fields, FOR, chain);
      forwarded = extended(fields, FORWARDED, forwarded);
      proto = believed(fields, PROTO, proto);
      host = believed(fields, HOST, host);
      port = believed(fields, PORT, port);
      realIp = believed(fields, REAL_IP, realIp);
    }
    dropInbound(fields);
    // Added rather than set: nothing of these names is left.
    fields.add(FOR, chain);
    fields.add(PROTO, proto);
    fields.add(HOST, host);
    fields.add(PORT, port);
    fields.add(REAL_IP, realIp);
    fields.add(FORWARDED, forwarded);
    edge.certificate().addTo(fields);
  }

  private static String extended(HttpHeaders fields, AsciiString name, String own) {
    List<String> inbound = fields.getAll(name);
    if (inbound.isEmpty()) {
      return own;
    }
    String chain = String.join(", ", inbound) + ", " + own;
    if (chain.length() <= MOST_CHAIN_CHARACTERS) {
      return chain;
    }
    int cut = chain.indexOf(',', chain.length() - MOST_CHAIN_CHARACTERS);
    return cut < 0 ? own : chain.substring(cut + 1).strip();
  }

  private static String believed(HttpHeaders fields, AsciiString name, String own) {
    String inbound = fields.get(name);
    return inbound == null || inbound.isEmpty() ? own : inbound;
  }

  private static void dropInbound(HttpHeaders fields) {
    List<String> doomed = null;
    Iterator<Map.Entry<CharSequence, CharSequence>> all = fields.iteratorCharSequence();
    while (all.hasNext()) {
      CharSequence name = all.next().getKey();
      if (isAboutTheClient(name)) {
        if (doomed == null) {
          doomed = new ArrayList<>(4);
        }
        doomed.add(name.toString());
      }
    }
    if (doomed != null) {
      doomed.forEach(fields::remove);
    }
  }

  /**
   * Whether a field tells who the client is, and so is dropped when a client sends it. An underscore
   * counts as a hyphen, because some upstreams read it as one.
   */
  static boolean isAboutTheClient(CharSequence name) {
    char first = name.isEmpty() ? 0 : (char) (name.charAt(0) | 0x20);
    if (first == 'f') {
      return AsciiString.contentEqualsIgnoreCase(name, FORWARDED);
    }
    if (first != 'x' && first != 's' && first != 'c' || name.length() < SHORTEST_PREFIX) {
      return false;
    }
    if (first == 'c' && name.length() != CERTIFICATE && name.length() != CERTIFICATE_CHAIN) {
      return false;
    }
    String lower = name.toString().toLowerCase(Locale.ROOT).replace('_', '-');
    return lower.startsWith("x-forwarded-")
        || lower.startsWith("x-real-ip")
        || lower.startsWith("x-ssl-")
        || lower.startsWith("x-client-cert")
        || lower.startsWith("ssl-client-")
        || lower.startsWith("client-cert");
  }
}
