package io.reseal.core.tls;

import io.netty.handler.ssl.SslHandler;
import io.reseal.config.ClientAuth;
import io.reseal.config.ClientAuth.ForwardedFields;
import io.reseal.config.ClientAuth.Mode;
import io.reseal.core.http.ClientCertificateFields;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.security.auth.x500.X500Principal;

/** What upstreams are told of a client's verified certificate. */
public final class ClientCertificates {
  private ClientCertificates() {}

  /**
   * The fields for a connection, after its handshake; none where the policy names none. Called on
   * its event loop.
   */
  public static ClientCertificateFields fields(ServerContext context, SslHandler handler) {
    if (!(context.clientAuth() instanceof ClientAuth.Asked asked)
        || asked.forwarded().isEmpty()) {
      return ClientCertificateFields.NONE;
    }
    List<X509Certificate> chain = presented(handler);
    ClientCertificateFields.Builder fields = new ClientCertificateFields.Builder();
    try {
      for (ForwardedFields kind : asked.forwarded()) {
        switch (kind) {
          case X_SSL_CLIENT -> addText(fields, chain);
          case CLIENT_CERT ->
            addBytes(fields, "client-cert", chain.stream().limit(1).toList());
          case CLIENT_CERT_CHAIN ->
            addBytes(fields, "client-cert-chain", chain.stream().skip(1).toList());
        }
      }
    } catch (GeneralSecurityException unreadable) {
      // It was read to be verified.
      throw new IllegalStateException("a verified certificate cannot be encoded", unreadable);
    }
    return fields.build();
  }

  /**
   * Whether a client that has shown these certificates, none being empty, would be let in under a
   * policy now. Takes as long as the check in a handshake.
   */
  public static boolean suffice(List<X509Certificate> shown, ClientAuth policy) {
    return switch (policy) {
      case ClientAuth.NotAsked ignored -> true;
      case ClientAuth.Asked asked ->
        shown.isEmpty()
            ? asked.mode() == Mode.OPTIONAL
            : new ClientVerifier(asked, InstantSource.system()).judge(shown) == null;
    };
  }

  /**
   * The certificates that the client sent, verified by the trust manager; empty for none. Called on
   * the connection's event loop.
   */
  public static List<X509Certificate> presented(SslHandler handler) {
    List<X509Certificate> chain = new ArrayList<>();
    try {
      for (Certificate each : handler.engine().getSession().getPeerCertificates()) {
        if (each instanceof X509Certificate certificate) {
          chain.add(certificate);
        }
      }
    } catch (SSLPeerUnverifiedException none) {
      return List.of();
    }
    return chain;
  }

  private static void addText(ClientCertificateFields.Builder fields, List<X509Certificate> chain)
      throws GeneralSecurityException {
    if (chain.isEmpty()) {
      fields.add("x-ssl-client-verify", "NONE");
      return;
    }
    X509Certificate leaf = chain.getFirst();
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(leaf.getEncoded());
    fields
        .add("x-ssl-client-verify", "SUCCESS")
        .add("x-ssl-client-dn", name(leaf.getSubjectX500Principal()))
        .add("x-ssl-client-issuer-dn", name(leaf.getIssuerX500Principal()))
        .add("x-ssl-client-serial", leaf.getSerialNumber().toString(16))
        .add("x-ssl-client-fingerprint", HexFormat.of().formatHex(digest));
  }

  /** A name by RFC 2253; what is not visible ASCII becomes {@code \XX} by its octets. */
  private static String name(X500Principal principal) {
    StringBuilder name = new StringBuilder(64);
    for (byte octet : principal.getName().getBytes(StandardCharsets.UTF_8)) {
      if (octet >= ' ' && octet <= '~') {
        name.append((char) octet);
      } else {
        name.append('\\').append(HexFormat.of().withUpperCase().toHexDigits(octet));
      }
    }
    return name.toString();
  }

  /** RFC 9440 section 2.2: byte sequences of RFC 8941, one for each certificate. */
  private static void addBytes(
      ClientCertificateFields.Builder fields, String name, List<X509Certificate> certificates)
      throws CertificateEncodingException {
    List<String> items = new ArrayList<>(certificates.size());
    for (X509Certificate certificate : certificates) {
      items.add(":" + Base64.getEncoder().encodeToString(certificate.getEncoded()) + ":");
    }
    if (!items.isEmpty()) {
      fields.add(name, String.join(", ", items));
    }
  }
}
