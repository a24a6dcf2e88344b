package io.reseal.core.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * The key manager of a client without an identity: it has no certificate to show, and remembers
 * that one was asked for. Over TLS 1.2 that is the only way to tell: an upstream that insists
 * answers with {@code handshake_failure}, as it does for a dozen other reasons.
 */
final class ClientCertificateProbe extends X509ExtendedKeyManager {
  static final ClientCertificateProbe INSTANCE = new ClientCertificateProbe();

  private static final String ASKED = "io.reseal.client-certificate-asked";

  private ClientCertificateProbe() {}

  /** Whether the upstream asked for a certificate in this connection's handshake. */
  static boolean wasAsked(SSLEngine engine) {
    SSLSession handshake = engine.getHandshakeSession();
    return engine.getSession().getValue(ASKED) != null
        || handshake != null && handshake.getValue(ASKED) != null;
  }

  @Override
  public @Nullable String chooseEngineClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    SSLSession session = engine == null ? null : engine.getHandshakeSession();
    if (session != null) {
      session.putValue(ASKED, Boolean.TRUE);
    }
    return null;
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    return null;
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    return null;
  }
}
