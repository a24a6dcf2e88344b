package io.reseal.config;

import java.util.List;

/**
 * What Reseal shows to clients for a set of server names.
 *
 * @param name unique among identities
 * @param serverNames the names served: exact ({@code shop.example}) or with one wildcard label
 *     ({@code *.shop.example}), lower case. Default: the DNS names of the first key pair's leaf
 *     certificate, or its common name where it has none
 * @param keyPairs one key pair, or two of different algorithms (RSA and ECDSA) for the same names
 * @param clientAuth whether clients must show certificates too. Default: they are not asked
 */
public record ServerIdentity(
    String name, List<String> serverNames, List<KeyPairMaterial> keyPairs, ClientAuth clientAuth) {
  public ServerIdentity {
    serverNames = List.copyOf(serverNames);
    keyPairs = List.copyOf(keyPairs);
  }

  /** An identity whose clients are not asked for certificates. */
  public ServerIdentity(String name, List<String> serverNames, List<KeyPairMaterial> keyPairs) {
    this(name, serverNames, keyPairs, ClientAuth.NOT_ASKED);
  }
}
