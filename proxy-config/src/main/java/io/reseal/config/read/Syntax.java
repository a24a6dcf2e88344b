package io.reseal.config.read;

import io.reseal.config.HostPattern;
import io.reseal.config.HostPort;
import io.reseal.config.Network;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;

/** Hosts, addresses and networks as users write them; empty where they are none. */
final class Syntax {
  private static final int MOST_PORT = 65_535;
  private static final int MOST_NAME = 253;
  private static final int MOST_LABEL = 63;

  private Syntax() {}

  /** {@code host:port}, an IPv6 literal in brackets. */
  static Optional<HostPort> hostPort(String text, boolean portMayBeZero) {
    int colon = text.lastIndexOf(':');
    if (colon <= 0) {
      return Optional.empty();
    }
    String host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
      if (!isIp(host) || host.indexOf(':') < 0) {
        return Optional.empty();
      }
    } else if (!isIp(host) && !isDnsName(host) || host.indexOf(':') >= 0) {
      return Optional.empty();
    }
    String port = text.substring(colon + 1);
    if (port.isEmpty() || port.length() > 5 || !port.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return Optional.empty();
    }
    int number = Integer.parseInt(port);
    if (number > MOST_PORT || number == 0 && !portMayBeZero) {
      return Optional.empty();
    }
    return Optional.of(new HostPort(host.toLowerCase(Locale.ROOT), number));
  }

  static boolean isIp(String text) {
    if (text.isEmpty() || text.indexOf('%') >= 0 || text.indexOf('[') >= 0) {
      return false;
    }
    try {
      InetAddress.ofLiteral(text);
      // The JDK also reads "1" and "1.2" as addresses; no user means that.
      return text.indexOf(':') >= 0 || text.chars().filter(c -> c == '.').count() == 3;
    } catch (IllegalArgumentException notAnAddress) {
      return false;
    }
  }

  /**
   * A DNS name of letters, digits, hyphens and underscores, in any case, without end dot. One that
   * ends in a label of digits is a mistyped IPv4 address.
   */
  static boolean isDnsName(String name) {
    if (name.isEmpty() || name.length() > MOST_NAME || endsInNumber(name)) {
      return false;
    }
    int label = 0;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '.') {
        if (label == 0) {
          return false;
        }
        label = 0;
        continue;
      }
      boolean legal = c >= 'a' && c <= 'z'
          || c >= 'A' && c <= 'Z'
          || c >= '0' && c <= '9'
          || c == '-'
          || c == '_';
      if (!legal || ++label > MOST_LABEL) {
        return false;
      }
    }
    return label > 0;
  }

  private static boolean endsInNumber(String name) {
    String last = name.substring(name.lastIndexOf('.') + 1);
    return last.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  /** A host, a wildcard of one label, or {@code *}. */
  static Optional<HostPattern> hostPattern(String text) {
    if (text.equals("*")) {
      return Optional.of(new HostPattern.Any());
    }
    String host = text.toLowerCase(Locale.ROOT);
    if (host.endsWith(".")) {
      host = host.substring(0, host.length() - 1);
    }
    if (host.startsWith("*.")) {
      String parent = host.substring(2);
      return isDnsName(parent) ? Optional.of(new HostPattern.Wildcard(parent)) : Optional.empty();
    }
    return isDnsName(host) || isIp(host)
        ? Optional.of(new HostPattern.Exact(host))
        : Optional.empty();
  }

  /** {@code address/length}, or one address. */
  static Optional<Network> network(String text) {
    int slash = text.indexOf('/');
    String address = slash < 0 ? text : text.substring(0, slash);
    if (!isIp(address)) {
      return Optional.empty();
    }
    InetAddress base = InetAddress.ofLiteral(address);
    int most = base.getAddress().length * 8;
    if (slash < 0) {
      return Optional.of(new Network(base, most));
    }
    String length = text.substring(slash + 1);
    if (!length.matches("[0-9]{1,3}") || Integer.parseInt(length) > most) {
      return Optional.empty();
    }
    return Optional.of(new Network(base, Integer.parseInt(length)));
  }
}
