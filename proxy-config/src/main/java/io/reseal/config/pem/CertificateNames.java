package io.reseal.config.pem;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/** The names that a certificate carries. */
public final class CertificateNames {
  private static final int DNS_NAME = 2;

  private CertificateNames() {}

  /** The DNS names in lower case; the common name where there is no SAN at all. */
  public static List<String> of(X509Certificate certificate) {
    List<String> names = dnsNames(certificate);
    return names.isEmpty() && !hasSan(certificate) ? commonName(certificate) : names;
  }

  /** Whether the only name is the common name. */
  public static boolean hasCommonNameOnly(X509Certificate certificate) {
    return !hasSan(certificate) && !commonName(certificate).isEmpty();
  }

  private static boolean hasSan(X509Certificate certificate) {
    return certificate.getExtensionValue("2.5.29.17") != null;
  }

  private static List<String> dnsNames(X509Certificate certificate) {
    List<String> names = new ArrayList<>();
    try {
      Collection<List<?>> san = certificate.getSubjectAlternativeNames();
      if (san != null) {
        for (List<?> entry : san) {
          if (entry.get(0) instanceof Integer kind && kind == DNS_NAME) {
            names.add(entry.get(1).toString().toLowerCase(Locale.ROOT));
          }
        }
      }
    } catch (CertificateParsingException broken) {
      return List.of();
    }
    return names;
  }

  private static List<String> commonName(X509Certificate certificate) {
    try {
      for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
        if (part.getType().equalsIgnoreCase("CN")) {
          String name = part.getValue().toString().toLowerCase(Locale.ROOT);
          return name.matches("[a-z0-9*._-]+") ? List.of(name) : List.of();
        }
      }
    } catch (InvalidNameException broken) {
      return List.of();
    }
    return List.of();
  }
}
