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
 * it. A policy for clients that is written otherwise, as with a renewed CRL, ends it after the work
 * under way; that work is not cut where the client's certificates are good by that policy too.
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
        && isTreatedAlike(next, table);
  }

  @Override
  public boolean isSparedBy(Snapshot next) {
    ListenerTable table = next.listener(at);
    ClientAuth policy =
        table == null || !client.isTls() ? null : table.clientAuth(client.serverName());
    return table != null
        && policy != null
        && isTreatedAlike(next, table)
        && ClientCertificates.suffice(shown, policy);
  }

  private boolean isTreatedAlike(Snapshot next, ListenerTable table) {
    return versions(table).equals(versions)
        && table.trustsPeer(peer) == client.edge().peerTrusted()
        && next.config().diagnostics().trusts(peer) == client.peerSeesDetails();
  }

  /** The TLS versions that a listener allows; empty for cleartext, or none. */
  static Optional<TlsVersions> versions(@Nullable ListenerTable table) {
    return table != null && table.config().security() instanceof ListenerSecurity.Tls tls
        ? Optional.of(tls.versions())
        : Optional.empty();
  }
}
