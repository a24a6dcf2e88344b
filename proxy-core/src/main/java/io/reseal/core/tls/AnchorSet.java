package io.reseal.core.tls;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/** The certificates that are trusted to have signed a peer's. Immutable. */
final class AnchorSet {
  private static final int SHOWN_NAMES = 8;

  private final Set<X509Certificate> certificates;
  private final Map<X500Principal, List<X509Certificate>> bySubject;
  private final String source;

  private AnchorSet(Collection<X509Certificate> certificates, String source) {
    this.certificates = new HashSet<>(certificates);
    Map<X500Principal, List<X509Certificate>> grouped = new HashMap<>();
    for (X509Certificate certificate : certificates) {
      grouped.merge(certificate.getSubjectX500Principal(), List.of(certificate), AnchorSet::append);
    }
    this.bySubject = grouped;
    this.source = source;
  }

  private static List<X509Certificate> append(
      List<X509Certificate> first, List<X509Certificate> second) {
    X509Certificate[] all =
        Arrays.copyOf(first.toArray(X509Certificate[]::new), first.size() + second.size());
    System.arraycopy(second.toArray(), 0, all, first.size(), second.size());
    return List.of(all);
  }

  static AnchorSet of(Collection<X509Certificate> certificates, String source) {
    return new AnchorSet(certificates, source);
  }

  /** The Java runtime's trust store, read once per process. */
  static AnchorSet system() {
    Loaded loaded = SystemHolder.SYSTEM;
    if (loaded.anchors() == null) {
      throw new TlsSetupException(
          "the Java runtime's trust store cannot be used (" + loaded.problem().getMessage()
              + "). Configure a destinationCA for the upstream, or repair lib/security/cacerts.",
          loaded.problem());
    }
    return loaded.anchors();
  }

  boolean contains(X509Certificate certificate) {
    return certificates.contains(certificate);
  }

  List<X509Certificate> withSubject(X500Principal subject) {
    return bySubject.getOrDefault(subject, List.of());
  }

  Collection<X509Certificate> certificates() {
    return certificates;
  }

  /** Where the certificates come from, for messages. */
  String source() {
    return source;
  }

  /** The subjects, the first few of them, for messages. */
  String subjects() {
    if (bySubject.size() > SHOWN_NAMES) {
      return bySubject.size() + " certificates of " + source;
    }
    return String.join(
        "; ", bySubject.keySet().stream().map(X500Principal::getName).sorted().toList());
  }

  /** Whether some anchor belongs to the organisation (O) that a name states. */
  boolean hasOrganisationOf(X500Principal name) {
    String organisation = organisation(name);
    return !organisation.isEmpty()
        && bySubject.keySet().stream()
            .anyMatch(subject -> organisation(subject).equals(organisation));
  }

  private static String organisation(X500Principal name) {
    return NameCheck.part(name, "O");
  }

  /** The JDK's store, or why there is none. */
  private record Loaded(@Nullable AnchorSet anchors, Exception problem) {}

  private static final class SystemHolder {
    static final Loaded SYSTEM = load();

    private static Loaded load() {
      Exception problem = new GeneralSecurityException("it is empty");
      try {
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init((KeyStore) null);
        for (TrustManager manager : factory.getTrustManagers()) {
          if (manager instanceof X509TrustManager trust && trust.getAcceptedIssuers().length > 0) {
            List<X509Certificate> issuers = List.of(trust.getAcceptedIssuers());
            return new Loaded(new AnchorSet(issuers, "the Java runtime's trust store"), problem);
          }
        }
      } catch (GeneralSecurityException broken) {
        problem = broken;
      }
      return new Loaded(null, problem);
    }
  }
}
