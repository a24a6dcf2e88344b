package io.reseal.core.tls;

import io.reseal.config.ClientIdentity;
import io.reseal.config.KeyPairMaterial;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * The key manager of a connection to an upstream: shows the client identity where there is one, and
 * remembers that a certificate was asked for. Over TLS 1.2 that is the only way to tell: an
 * upstream that insists answers with {@code handshake_failure}, as it does for a dozen other
 * reasons.
 *
 * <p>The identity is shown whatever CAs the upstream names: what it names need not be all that it
 * accepts. Always the same key and chain objects are handed out (see {@link IdentityKeyManager}).
 */
final class ClientIdentityKeyManager extends X509ExtendedKeyManager {
  private static final String ASKED = "io.reseal.client-certificate-asked";
  private static final String ALIAS = "client";
  private static final int SHOWN_NAMES = 8;

  private final @Nullable KeyPairMaterial identity;
  private final X509Certificate[] chain;
  private final Set<String> keyTypes;

  private ClientIdentityKeyManager(@Nullable KeyPairMaterial identity) {
    this.identity = identity;
    this.chain = identity == null
        ? new X509Certificate[0]
        : identity.chain().toArray(X509Certificate[]::new);
    this.keyTypes = identity == null ? Set.of() : keyTypes(identity);
  }

  static ClientIdentityKeyManager of(ClientIdentity identity) {
    return new ClientIdentityKeyManager(
        identity.isNone() ? null : identity.keyPairs().getFirst());
  }

  /** The names by which the TLS libraries ask for a key of this kind. */
  private static Set<String> keyTypes(KeyPairMaterial identity) {
    String algorithm = identity.leaf().getPublicKey().getAlgorithm();
    return algorithm.equals("RSA") ? Set.of("RSA", "RSASSA-PSS") : Set.of(algorithm);
  }

  /** What the upstream asked for in this connection's handshake, or null when it did not ask. */
  static @Nullable Asked asked(SSLEngine engine) {
    SSLSession handshake = engine.getHandshakeSession();
    if (engine.getSession().getValue(ASKED) instanceof Asked asked) {
      return asked;
    }
    return handshake != null && handshake.getValue(ASKED) instanceof Asked asked ? asked : null;
  }

  @Override
  public @Nullable String chooseEngineClientAlias(
      String[] offeredTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    boolean usable = identity != null && Arrays.stream(offeredTypes).anyMatch(keyTypes::contains);
    SSLSession session = engine == null ? null : engine.getHandshakeSession();
    if (session != null) {
      session.putValue(ASKED, new Asked(identity, usable, names(issuers)));
    }
    return usable ? ALIAS : null;
  }

  private static List<String> names(Principal @Nullable [] issuers) {
    if (issuers == null) {
      return List.of();
    }
    return Arrays.stream(issuers)
        .limit(SHOWN_NAMES)
        .map(each -> CertificateText.cut(
            each instanceof X500Principal name ? name.getName() : String.valueOf(each.getName())))
        .toList();
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] offeredTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return chooseEngineClientAlias(offeredTypes, issuers, null);
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return keyTypes.contains(keyType) ? new String[] {ALIAS} : null;
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
    return alias.equals(ALIAS) && chain.length > 0 ? chain : null;
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    return identity == null || !alias.equals(ALIAS) ? null : identity.privateKey();
  }

  /**
   * A request for a client certificate.
   *
   * @param identity what is configured, null for nothing
   * @param shown whether it was shown: its key is of a kind that the upstream takes
   * @param issuers the names of the first few CAs that the upstream named; peer text
   */
  record Asked(@Nullable KeyPairMaterial identity, boolean shown, List<String> issuers) {}
}
