package io.reseal.server.doctor;

import io.reseal.config.HostPort;
import io.reseal.config.KeyPairMaterial;
import io.reseal.config.Listener;
import io.reseal.config.ListenerSecurity;
import io.reseal.config.Location;
import io.reseal.config.ServerIdentity;
import io.reseal.config.check.Places;
import io.reseal.core.listener.TlsDecision;
import io.reseal.core.snapshot.ListenerTable;
import io.reseal.core.snapshot.Snapshot;
import io.reseal.core.tls.CertificateText;
import io.reseal.core.tls.ClientHello;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The look at each listener's addresses: free, or answered by somebody, and if so with the
 * certificate that this configuration would show.
 */
final class ListenerProbes {
  private static final int TIMEOUT_MILLIS = 5_000;

  private final Snapshot snapshot;
  private final Places places;
  private final Consumer<Finding> found;

  ListenerProbes(Snapshot snapshot, Places places, Consumer<Finding> found) {
    this.snapshot = snapshot;
    this.places = places;
    this.found = found;
  }

  void run() {
    for (ListenerTable table : snapshot.listeners().values()) {
      Location place = places.ofFirst("listener", table.config().name(), "address", "addresses");
      for (HostPort address : table.config().addresses()) {
        probe(table, address, place);
      }
    }
  }

  private void probe(ListenerTable table, HostPort address, Location place) {
    String listener = "listener \"" + table.config().name() + "\", " + address + ": ";
    if (address.port() == 0) {
      note(place, listener + "any free port");
      return;
    }
    InetAddress host = InetAddress.ofLiteral(address.host());
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(host, address.port()), 1);
      note(place, listener + "free, can be listened on");
    } catch (IOException refused) {
      String reason = String.valueOf(refused.getMessage());
      if (reason.contains("in use")) {
        answering(table, address, place, listener);
      } else if (reason.contains("ermission denied")) {
        error(
            place,
            listener + "permission denied",
            "Use a port from 1024 on, or let the program take lower ones:",
            "sudo setcap cap_net_bind_service=+ep \"$(readlink -f \"$(command -v java)\")\"");
      } else if (reason.contains("assign requested address")) {
        error(
            place,
            listener + "this machine does not have the address",
            "Use one that it has, or 0.0.0.0 for all:",
            "ip -brief address");
      } else {
        error(place, listener + reason, "", "");
      }
    }
  }

  private void note(Location place, String what) {
    found.accept(Finding.note(Kind.LISTENER, place, what, ""));
  }

  private void error(Location place, String what, String fix, String command) {
    found.accept(Finding.error(Kind.LISTENER, place, what, fix, command));
  }

  // ---- somebody listens there

  private void answering(ListenerTable table, HostPort address, Location place, String listener) {
    InetSocketAddress target = new InetSocketAddress(reachable(address), address.port());
    if (!(table.config().security() instanceof ListenerSecurity.Tls)) {
      try (Socket socket = new Socket()) {
        socket.connect(target, TIMEOUT_MILLIS);
        note(place, listener + "in use, and takes connections");
      } catch (IOException silent) {
        error(place, listener + "in use, and takes no connections", owner(address), find(address));
      }
      return;
    }
    Optional<ServerIdentity> expected = expected(table);
    String name = expected.map(ListenerProbes::nameOf).orElse("");
    try {
      List<X509Certificate> chain = ShownChain.of(target, name, TIMEOUT_MILLIS);
      compare(chain, expected, place, listener + "in use, and answers TLS", name, address);
    } catch (IOException noTls) {
      error(
          place,
          listener + "in use, and does not answer TLS" + (name.isEmpty() ? "" : " for " + name)
              + " (" + noTls.getMessage() + ")",
          owner(address),
          find(address));
    }
  }

  /** The wildcard addresses are reached by loopback. */
  private static InetAddress reachable(HostPort address) {
    InetAddress host = InetAddress.ofLiteral(address.host());
    return host.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : host;
  }

  private static String owner(HostPort address) {
    return "Another process has port " + address.port() + "; stop it or use another port:";
  }

  private static String find(HostPort address) {
    return "ss -ltnp 'sport = :" + address.port() + "'";
  }

  /** The identity that the table shows for its first name. */
  private Optional<ServerIdentity> expected(ListenerTable table) {
    Listener listener = table.config();
    if (!(listener.security() instanceof ListenerSecurity.Tls tls)) {
      return Optional.empty();
    }
    return snapshot.config().identities().stream()
        .filter(identity -> tls.identities().contains(identity.name()))
        .filter(identity -> !identity.serverNames().isEmpty())
        .filter(identity -> TlsDecision.of(
                    table,
                    new ClientHello(
                        nameOf(identity),
                        List.of(),
                        /* offersTls13= */ true,
                        /* offersTls12= */ true))
                instanceof TlsDecision.Terminate(var context)
            && context.identityName().equals(identity.name()))
        .findFirst();
  }

  private static String nameOf(ServerIdentity identity) {
    String name = identity.serverNames().getFirst();
    return name.startsWith("*.") ? "probe" + name.substring(1) : name;
  }

  private void compare(
      List<X509Certificate> chain,
      Optional<ServerIdentity> expected,
      Location place,
      String what,
      String name,
      HostPort address) {
    X509Certificate shown = chain.getFirst();
    Map<String, String> facts = Map.of("fingerprint SHA-256", CertificateText.fingerprint(shown));
    if (expected.isEmpty()) {
      note(place, what);
      return;
    }
    boolean same =
        expected.get().keyPairs().stream().map(KeyPairMaterial::leaf).anyMatch(shown::equals);
    if (same) {
      found.accept(Finding.note(
              Kind.LISTENER, place, what + " with the configured certificate for " + name, "")
          .with(facts));
    } else {
      found.accept(Finding.warning(
              Kind.LISTENER,
              place,
              "%s with another certificate for %s than configured: %s, valid until %s"
                  .formatted(
                      what,
                      name,
                      CertificateText.subject(shown),
                      CertificateText.validUntil(shown)),
              "If a proxy with an earlier configuration runs there, let it take up this one; else"
                  + " find out who it is:",
              find(address))
          .with(facts));
    }
  }
}
