package io.reseal.core.exchange;

import io.reseal.core.http.EdgeConnection;
import io.reseal.core.http.RequestHead;
import io.reseal.core.http.ToldClient;
import io.reseal.core.observe.ClientFacts;
import io.reseal.core.observe.DataPlaneObserver;
import io.reseal.core.observe.DebugWatch;
import io.reseal.core.snapshot.ListenerAddress;
import io.reseal.core.snapshot.ListenerTable;
import io.reseal.core.snapshot.LoopState;
import io.reseal.core.snapshot.Snapshot;
import io.reseal.core.tls.ClientPolicy;

/**
 * What the exchanges of one client connection share.
 *
 * @param loop the event loop that the connection lives on
 * @param debugWatch what to tell everything about
 * @param at where it came in
 * @param facts what is known of the connection; the listener's name is that of its beginning
 * @param serverName the SNI of the connection, empty for none or cleartext
 * @param policyGroup the TLS policy group of the served identity, -1 for cleartext
 * @param proven what the client had to prove by a certificate
 * @param edge the addresses and what is forwarded about them
 * @param peerSeesDetails whether whoever is at the other end may be told the facts of a failure
 */
public record ClientConnection(
    LoopState loop,
    DataPlaneObserver observer,
    DebugWatch debugWatch,
    ListenerAddress at,
    ClientFacts facts,
    String serverName,
    int policyGroup,
    ClientPolicy proven,
    EdgeConnection edge,
    boolean peerSeesDetails) {
  /**
   * Whether the client of a request may be told the facts of a failure: the one whom a trusted proxy
   * names, else the one at the other end.
   */
  boolean seesDetails(RequestHead request, Snapshot snapshot) {
    if (!edge.peerTrusted()) {
      return peerSeesDetails;
    }
    ListenerTable table = snapshot.listener(at);
    return table != null
        && ToldClient.isGood(
            request.fields(),
            edge.peer(),
            table::trustsPeer,
            snapshot.config().diagnostics()::trusts);
  }

  public boolean isTls() {
    return policyGroup >= 0;
  }
}
