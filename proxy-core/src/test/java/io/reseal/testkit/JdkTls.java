package io.reseal.testkit;

import io.reseal.config.KeyPairMaterial;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Contexts of the JDK's own TLS, so that the proxy's library is never tested against itself. */
public final class JdkTls {
  private static final char[] NO_PASSWORD = {};

  private JdkTls() {}

  /** A server that shows this certificate. */
  public static SSLContext serverContext(KeyPairMaterial identity) throws IOException {
    return serverContext(identity, null);
  }

  /**
   * A server that shows this certificate, and takes clients' certificates by this CA.
   *
   * @param clientCa null for the JDK's own choice
   */
  public static SSLContext serverContext(
      KeyPairMaterial identity, @Nullable X509Certificate clientCa) throws IOException {
    try {
      // Of this type, because it takes broken chains as they are.
      KeyStore store = KeyStore.getInstance("JKS");
      store.load(null, null);
      store.setKeyEntry(
          "identity",
          identity.privateKey(),
          NO_PASSWORD,
          identity.chain().toArray(X509Certificate[]::new));
      KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
      keys.init(store, NO_PASSWORD);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          keys.getKeyManagers(),
          clientCa == null ? null : trustIn(clientCa).getTrustManagers(),
          null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  /** A client that trusts this CA alone. */
  public static SSLContext clientContext(X509Certificate ca) throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trustIn(ca).getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  /** A client that trusts this CA alone and shows this certificate where it is asked. */
  public static SSLContext clientContext(X509Certificate ca, KeyPairMaterial shown)
      throws IOException {
    // What is shown and what is trusted is the same matter on both sides.
    return serverContext(shown, ca);
  }

  /** A certificate from its DER form. */
  public static X509Certificate certificate(byte[] der) throws IOException {
    try {
      return (X509Certificate) CertificateFactory.getInstance("X.509")
          .generateCertificate(new ByteArrayInputStream(der));
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private static TrustManagerFactory trustIn(X509Certificate ca)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("ca", ca);
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(store);
    return trust;
  }
}
