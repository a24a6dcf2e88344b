package io.reseal.server.doctor;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.Set;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import javax.security.auth.x500.X500Principal;

/** The names of the CAs that clients can be expected to have, read once per process. */
final class SystemRoots {
  private SystemRoots() {}

  /** Whether the issuer is such a CA, so that the chain may end here. */
  static boolean holdIssuerOf(X509Certificate certificate) {
    return Loaded.SUBJECTS.contains(certificate.getIssuerX500Principal());
  }

  private static final class Loaded {
    static final Set<X500Principal> SUBJECTS = load();

    private static Set<X500Principal> load() {
      Set<X500Principal> subjects = new HashSet<>();
      try {
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init((KeyStore) null);
        for (TrustManager manager : factory.getTrustManagers()) {
          if (manager instanceof X509TrustManager trust) {
            for (X509Certificate root : trust.getAcceptedIssuers()) {
              subjects.add(root.getSubjectX500Principal());
            }
          }
        }
      } catch (GeneralSecurityException noStore) {
        return Set.of();
      }
      return subjects;
    }
  }
}
