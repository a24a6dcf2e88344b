package io.reseal.server.handover;

import io.netty.util.NetUtil;
import io.reseal.config.HostPort;
import io.reseal.core.listener.ListeningSocket;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the two processes say to each other.
 *
 * <pre>
 * successor    reseal-handover 1
 * predecessor  sockets 3
 *              socket 0 8443 0.0.0.0 listener+%22web%22
 *              socket ...
 *              socket ...
 * successor    send
 * predecessor  three descriptors, in that order
 * successor    serving
 * predecessor  taken
 * </pre>
 *
 * <p>Instead of any line each may say {@code no} and a reason. A predecessor whose successor is gone
 * before {@code serving} serves on. A successor whose predecessor is gone then is alone, and serves.
 */
final class Protocol {
  static final String HELLO = "reseal-handover 1";
  static final String SEND = "send";
  static final String SERVING = "serving";
  static final String TAKEN = "taken";

  private static final String SOCKETS = "sockets ";
  private static final String SOCKET = "socket ";
  private static final int MOST_SOCKETS = 10_000;

  private Protocol() {}

  static String count(int sockets) {
    return SOCKETS + sockets;
  }

  static int count(String line) throws RefusedException {
    try {
      int count =
          line.startsWith(SOCKETS) ? Integer.parseInt(line.substring(SOCKETS.length())) : -1;
      if (count >= 0 && count <= MOST_SOCKETS) {
        return count;
      }
    } catch (NumberFormatException unreadable) {
      // Said below.
    }
    throw unexpected(line, SOCKETS + "and a number up to " + MOST_SOCKETS);
  }

  static String socket(ListeningSocket socket) {
    return SOCKET + socket.number() + " " + socket.wanted().port() + " "
        + socket.wanted().host() + " " + URLEncoder.encode(socket.owner(), StandardCharsets.UTF_8);
  }

  /** A socket as announced; its descriptor comes later, and with it the address. */
  record Announced(String owner, HostPort wanted, int number) {
    ListeningSocket at(InetSocketAddress address, int descriptor) {
      return new ListeningSocket(owner, wanted, number, address, descriptor);
    }
  }

  static Announced announced(String line) throws RefusedException {
    String[] parts = line.split(" ", -1);
    try {
      if (parts.length == 5 && line.startsWith(SOCKET)) {
        return new Announced(
            URLDecoder.decode(parts[4], StandardCharsets.UTF_8),
            new HostPort(parts[3], Integer.parseInt(parts[2])),
            Integer.parseInt(parts[1]));
      }
    } catch (IllegalArgumentException unreadable) {
      // Said below.
    }
    throw unexpected(line, SOCKET + "NUMBER PORT HOST OWNER");
  }

  static RefusedException unexpected(String found, String expected) {
    String printable = found.replaceAll("[^ -~]", "?");
    String cut = printable.length() > 64 ? printable.substring(0, 64) + "..." : printable;
    return new RefusedException("it said \"" + cut + "\" (expected: " + expected
        + "). Use the same version of Reseal, or" + " one that hands over in the same way");
  }

  /** The addresses of sockets, each once, with how many there are. */
  static String text(List<ListeningSocket> sockets) {
    Map<String, Integer> counts = new TreeMap<>();
    for (ListeningSocket each : sockets) {
      counts.merge(NetUtil.toSocketAddressString(each.address()), 1, Integer::sum);
    }
    StringBuilder text = new StringBuilder();
    counts.forEach((address, count) -> text.append(text.isEmpty() ? "" : ", ")
        .append(address)
        .append(count == 1 ? "" : " (" + count + ")"));
    return text.toString();
  }
}
