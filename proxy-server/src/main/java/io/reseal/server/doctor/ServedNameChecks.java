package io.reseal.server.doctor;

import io.reseal.config.HostPattern;
import io.reseal.config.KeyPairMaterial;
import io.reseal.config.ListenerSecurity;
import io.reseal.config.ProxyConfig;
import io.reseal.config.Route;
import io.reseal.config.ServerIdentity;
import io.reseal.config.check.Places;
import io.reseal.core.listener.TlsDecision;
import io.reseal.core.snapshot.ListenerTable;
import io.reseal.core.snapshot.Snapshot;
import io.reseal.core.tls.CertificateText;
import io.reseal.core.tls.ClientHello;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** The checks of which identity each name gets, asked of the tables that connections ask. */
final class ServedNameChecks {
  private final Snapshot snapshot;
  private final ProxyConfig config;
  private final Places places;
  private final Consumer<Finding> found;
  private final Set<String> said = new HashSet<>();

  ServedNameChecks(Snapshot snapshot, Places places, Consumer<Finding> found) {
    this.snapshot = snapshot;
    this.config = snapshot.config();
    this.places = places;
    this.found = found;
  }

  void run() {
    for (ListenerTable listener : snapshot.listeners().values()) {
      if (listener.config().security() instanceof ListenerSecurity.Tls tls) {
        for (String name : names(listener, tls)) {
          shown(listener, name).ifPresent(identity -> {
            older(listener, identity, name);
            uncovered(listener, identity, name);
          });
        }
      }
    }
  }

  /** Every exact name that clients may ask this listener for. */
  private Set<String> names(ListenerTable listener, ListenerSecurity.Tls tls) {
    Set<String> names = new TreeSet<>();
    for (Route route : config.routes()) {
      if (route instanceof Route.Http
          && (route.listeners().isEmpty()
              || route.listeners().contains(listener.config().name()))) {
        for (HostPattern host : route.hosts()) {
          if (host instanceof HostPattern.Exact(String name)) {
            names.add(name);
          }
        }
      }
    }
    for (ServerIdentity identity : config.identities()) {
      if (tls.identities().contains(identity.name())) {
        identity.serverNames().stream().filter(name -> !name.startsWith("*")).forEach(names::add);
      }
    }
    return names;
  }

  private Optional<ServerIdentity> shown(ListenerTable listener, String name) {
    ClientHello hello =
        new ClientHello(name, List.of(), /* offersTls13= */ true, /* offersTls12= */ true);
    return TlsDecision.of(listener, hello) instanceof TlsDecision.Terminate terminate
        ? config.identities().stream()
            .filter(each -> each.name().equals(terminate.context().identityName()))
            .findFirst()
        : Optional.empty();
  }

  private void older(ListenerTable listener, ServerIdentity served, String name) {
    for (ServerIdentity other : config.identities()) {
      KeyPairMaterial newer = other.keyPairs().getFirst();
      KeyPairMaterial older = served.keyPairs().getFirst();
      if (other.name().equals(served.name())
          || !CertificateCover.covers(newer.leaf(), name)
          || !isNewer(newer.leaf(), older.leaf())
          || !said.add("older " + name + " " + served.name() + " " + other.name())) {
        continue;
      }
      found.accept(Finding.warning(
          Kind.OLDER_IDENTITY_SERVED,
          places.ofFirst("identity", served.name(), "serverNames", "certificate", "keyPairs"),
          "%s is shown \"%s\" on listener \"%s\", valid until %s, though \"%s\" covers it until %s"
              .formatted(
                  name,
                  served.name(),
                  listener.config().name(),
                  CertificateText.validUntil(older.leaf()),
                  other.name(),
                  CertificateText.validUntil(newer.leaf())),
          "Remove identity \"%s\" if the other one has come in its place, or give the name to it:"
              .formatted(served.name()),
          "identities: { %s: { serverNames: [\"%s\"] } }".formatted(other.name(), name)));
    }
  }

  private static boolean isNewer(X509Certificate one, X509Certificate other) {
    return one.getNotBefore().after(other.getNotBefore())
        && one.getNotAfter().after(other.getNotAfter());
  }

  /** What an identity lists is checked with the identity; here remain the ones shown for lack of another. */
  private void uncovered(ListenerTable listener, ServerIdentity identity, String name) {
    int dot = name.indexOf('.');
    String wildcard = dot < 0 ? "" : "*" + name.substring(dot);
    boolean listed =
        identity.serverNames().contains(name) || identity.serverNames().contains(wildcard);
    boolean covered =
        identity.keyPairs().stream().allMatch(pair -> CertificateCover.covers(pair.leaf(), name));
    if (listed || covered || !said.add("uncovered " + name + " " + identity.name())) {
      return;
    }
    found.accept(Finding.warning(
        Kind.NAME_NOT_COVERED,
        places.ofFirst("listener", listener.config().name(), "tls.defaultIdentity", "tls"),
        "no identity of listener \"%s\" covers %s; its clients are shown \"%s\" and refuse it"
            .formatted(listener.config().name(), name, identity.name()),
        "Have a certificate issued for it, and add it under identities:",
        "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout %s.key -subj"
                .formatted(name)
            + " /CN=%s -addext subjectAltName=DNS:%s -out %s.csr".formatted(name, name, name)));
  }
}
