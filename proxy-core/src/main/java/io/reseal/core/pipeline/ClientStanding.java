package io.reseal.core.pipeline;

import io.reseal.config.ClientAuth;
import io.reseal.config.ListenerSecurity;
import io.reseal.config.TlsVersions;
import io.reseal.core.exchange.ClientConnection;
import io.reseal.core.snapshot.ListenerAddress;
import io.reseal.core.snapshot.ListenerTable;
import io.reseal.core.snapshot.Snapshot;
import io.reseal.core.tls.ClientCertificates;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a client's connection was given at its start, which must be what a later snapshot would give
 * it, or it ends after the work under way. That work is cut only where less is granted than before:
 * not where a CRL is renewed by which the client's certificates are good too.
 *
 * @param versions what the listener allowed then, empty for cleartext
 * @param shown the certificates of a client that was asked for them
 */
record ClientStanding(
    ListenerAddress at,
    InetAddress peer,
    ClientConnection client,
    Optional<TlsVersions> versions,
    List<X509Certificate> shown)
    implements OpenConnections.Standing {

  @Override
  public boolean staysUnder(Snapshot next) {
    ListenerTable table = next.listener(at);
    return table != null
        && table.admits(client.serverName(), client.isTls(), client.proven())
        && versions(table).equals(versions)
        && table.trustsPeer(peer) == client.edge().peerTrusted()
        && next.config().diagnostics().trusts(peer) == client.peerSeesDetails();
  }

  @Override
  public boolean isSparedBy(Snapshot next) {
    ListenerTable table = next.listener(at);
    if (table == null || client.edge().peerTrusted() && !table.trustsPeer(peer)) {
      return false;
    }
    if (!client.isTls()) {
      return table.tls() == null;
    }
    ClientAuth policy = table.clientAuth(client.serverName());
    return policy != null
        && versions(table).filter(this::allow).isPresent()
        && ClientCertificates.suffice(shown, policy);
  }

  private boolean allow(TlsVersions allowed) {
    return switch (client.facts().tls().version()) {
      case "TLSv1.3" -> allowed.tls13();
      case "TLSv1.2" -> allowed.tls12();
      default -> false;
    };
  }

  /** The TLS versions that a listener allows; empty for cleartext, or none. */
  static Optional<TlsVersions> versions(@Nullable ListenerTable table) {
    return table != null && table.config().security() instanceof ListenerSecurity.Tls tls
        ? Optional.of(tls.versions())
        : Optional.empty();
  }
}
