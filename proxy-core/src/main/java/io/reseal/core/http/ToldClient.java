package io.reseal.core.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who asks, as a trusted proxy in front tells by its fields: in {@code X-Forwarded-For} and {@code
 * Forwarded} the last address that is no trusted proxy itself, or else the first; what {@code
 * X-Real-IP} says; and without any of them the proxy.
 *
 * <p>For decisions that must not be talked into anything: where the fields disagree all of them
 * count, and one that cannot be read decides against. Works on the fields as they came, and as they
 * were made ready for the upstream.
 */
public final class ToldClient {
  private static final String UNREADABLE = "";

  private final HttpHeaders fields;
  private final String peer;
  private final Predicate<InetAddress> isProxy;

  private ToldClient(HttpHeaders fields, String peer, Predicate<InetAddress> isProxy) {
    this.fields = fields;
    this.peer = peer;
    this.isProxy = isProxy;
  }

  /**
   * Whether every address that the fields tell is good.
   *
   * @param peer the IP address of the trusted proxy that the request came from
   * @param isProxy whether an address is that of a trusted proxy
   * @param isGood whether a client at an address is good
   */
  public static boolean isGood(
      HttpHeaders fields,
      String peer,
      Predicate<InetAddress> isProxy,
      Predicate<InetAddress> isGood) {
    return new ToldClient(fields, peer, isProxy).isGood(isGood);
  }

  private boolean isGood(Predicate<InetAddress> isGood) {
    List<String> told = new ArrayList<>(2);
    tell(told, chain(fields.getAll(ForwardedFields.FOR)));
    tell(told, nodes(String.join(",", fields.getAll(ForwardedFields.FORWARDED))));
    String realIp = fields.get(ForwardedFields.REAL_IP);
    if (realIp != null && (told.isEmpty() || !isProxy(realIp))) {
      tell(told, List.of(realIp));
    }
    if (told.isEmpty()) {
      told.add(peer);
    }
    for (String node : told) {
      InetAddress address = address(node);
      if (address == null || !isGood.test(address)) {
        return false;
      }
    }
    return true;
  }

  /** Adds the client of a chain of proxies, the nearest last; nothing where it is the peer. */
  private void tell(List<String> told, List<String> chain) {
    for (int i = chain.size() - 1; i >= 0; i--) {
      if (i > 0 && isProxy(chain.get(i))) {
        continue;
      }
      if (!chain.get(i).equals(peer)) {
        told.add(chain.get(i));
      }
      return;
    }
  }

  private boolean isProxy(String node) {
    InetAddress address = address(node);
    return address != null && isProxy.test(address);
  }

  private static List<String> chain(List<String> values) {
    List<String> chain = new ArrayList<>();
    for (String value : values) {
      for (String node : value.split(",", -1)) {
        chain.add(node.strip());
      }
    }
    return chain;
  }

  /** The values of {@code for} in RFC 7239's field; one that is unreadable where its form is broken. */
  private static List<String> nodes(String forwarded) {
    List<String> nodes = new ArrayList<>();
    if (forwarded.isBlank()) {
      return nodes;
    }
    for (String element : split(forwarded, ',')) {
      String node = UNREADABLE;
      for (String pair : split(element, ';')) {
        int equals = pair.indexOf('=');
        if (equals > 0
            && pair.substring(0, equals).strip().toLowerCase(Locale.ROOT).equals("for")) {
          node = unquoted(pair.substring(equals + 1).strip());
        }
      }
      nodes.add(node);
    }
    return nodes;
  }

  /** The parts between separators that stand outside of quotes; one without end is a broken whole. */
  private static List<String> split(String text, char separator) {
    List<String> parts = new ArrayList<>();
    boolean quoted = false;
    int begin = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quoted && c == '\\') {
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == separator && !quoted) {
        parts.add(text.substring(begin, i));
        begin = i + 1;
      }
    }
    if (quoted) {
      return List.of(UNREADABLE);
    }
    parts.add(text.substring(begin));
    return parts;
  }

  private static String unquoted(String text) {
    boolean quoted = text.length() > 1 && text.startsWith("\"") && text.endsWith("\"");
    return quoted ? text.substring(1, text.length() - 1) : text;
  }

  /** The address of a node, with or without a port; null for one that is hidden or no address. */
  private static @Nullable InetAddress address(String node) {
    String host = node;
    int colon = node.lastIndexOf(':');
    if (node.startsWith("[")) {
      int end = node.indexOf(']');
      host = end < 0 ? UNREADABLE : node.substring(1, end);
    } else if (colon >= 0 && node.indexOf(':') == colon) {
      host = node.substring(0, colon);
    }
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(host);
    try {
      return bytes == null ? null : InetAddress.getByAddress(bytes);
    } catch (UnknownHostException wrongLength) {
      return null;
    }
  }
}
