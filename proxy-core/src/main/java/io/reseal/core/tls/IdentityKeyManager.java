package io.reseal.core.tls;

import io.reseal.config.KeyPairMaterial;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * The key pairs of one identity, chosen by key algorithm. Always the same key and chain objects are
 * handed out: the TLS libraries treat a new key object as a new key and prepare it again.
 */
final class IdentityKeyManager extends X509ExtendedKeyManager {
  private final List<KeyPairMaterial> keyPairs;
  private final X509Certificate[][] chains;
  private final String[] algorithms;

  IdentityKeyManager(List<KeyPairMaterial> keyPairs) {
    this.keyPairs = List.copyOf(keyPairs);
    this.chains = new X509Certificate[keyPairs.size()][];
    this.algorithms = new String[keyPairs.size()];
    for (int i = 0; i < chains.length; i++) {
      chains[i] = keyPairs.get(i).chain().toArray(X509Certificate[]::new);
      algorithms[i] = keyPairs.get(i).leaf().getPublicKey().getAlgorithm();
    }
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    for (int i = 0; i < algorithms.length; i++) {
      if (algorithms[i].equals(keyType)) {
        return Integer.toString(i);
      }
    }
    return null;
  }

  @Override
  public @Nullable String chooseEngineClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    for (String keyType : keyTypes) {
      String alias = chooseEngineServerAlias(keyType, issuers, engine);
      if (alias != null) {
        return alias;
      }
    }
    return null;
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    int index = indexOf(alias);
    return index < 0 ? null : chains[index];
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    int index = indexOf(alias);
    return index < 0 ? null : keyPairs.get(index).privateKey();
  }

  private int indexOf(String alias) {
    for (int i = 0; i < chains.length; i++) {
      if (Integer.toString(i).equals(alias)) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    String alias = chooseEngineServerAlias(keyType, issuers, null);
    return alias == null ? null : new String[] {alias};
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return getServerAliases(keyType, issuers);
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return chooseEngineServerAlias(keyType, issuers, null);
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return chooseEngineClientAlias(keyTypes, issuers, null);
  }
}
