package io.reseal.core.tls;

import io.reseal.config.ClientAuth;
import io.reseal.config.RevocationList;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;

/**
 * What the clients of an identity have to prove, for comparison: equal policies trust the same CAs
 * by the same CRLs in the same mode. A connection made under one policy must not carry requests for
 * a host of another, in whatever snapshot.
 *
 * @param digest empty where clients are not asked
 */
public record ClientPolicy(String digest) {
  /** Clients are not asked for certificates. */
  public static final ClientPolicy NONE = new ClientPolicy("");

  static ClientPolicy of(ClientAuth clients) {
    return switch (clients) {
      case ClientAuth.NotAsked ignored -> NONE;
      case ClientAuth.Asked asked -> new ClientPolicy(digest(asked));
    };
  }

  private static String digest(ClientAuth.Asked asked) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update((asked.mode() + " " + asked.forwarded()).getBytes(StandardCharsets.UTF_8));
      for (X509Certificate authority : asked.authorities()) {
        digest.update(authority.getEncoded());
      }
      for (RevocationList list : asked.revocationLists()) {
        digest.update(list.list().getEncoded());
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (GeneralSecurityException impossible) {
      throw new TlsSetupException("the digest of a client policy cannot be made", impossible);
    }
  }
}
