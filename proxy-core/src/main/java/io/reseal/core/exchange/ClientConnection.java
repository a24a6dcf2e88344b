package io.reseal.core.exchange;

import io.reseal.core.http.EdgeConnection;
import io.reseal.core.observe.DataPlaneObserver;
import io.reseal.core.snapshot.LoopState;
import io.reseal.core.tls.ClientPolicy;

/**
 * What the exchanges of one client connection share.
 *
 * @param loop the event loop that the connection lives on
 * @param listener the listener's name
 * @param serverName the SNI of the connection, empty for none or cleartext
 * @param policyGroup the TLS policy group of the served identity, -1 for cleartext
 * @param proven what the client had to prove by a certificate
 * @param edge the addresses and what is forwarded about them
 * @param seesDetails whether this client may be told the facts of a failure
 */
public record ClientConnection(
    LoopState loop,
    DataPlaneObserver observer,
    String listener,
    String serverName,
    int policyGroup,
    ClientPolicy proven,
    EdgeConnection edge,
    boolean seesDetails) {
  public boolean isTls() {
    return policyGroup >= 0;
  }
}
