package io.reseal.server.admin;

import io.reseal.core.failure.PeerText;
import io.reseal.core.tls.CertificateText;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

/** One certificate as JSON, without its bytes. Text of the certificate is escaped and cut. */
final class CertificateJson {
  private static final int MOST_TEXT = 200;
  private static final int MOST_NAMES = 100;
  private static final int DNS_NAME = 2;
  private static final int IP_ADDRESS = 7;

  private CertificateJson() {}

  static void write(JsonText json, X509Certificate certificate) {
    Instant end = certificate.getNotAfter().toInstant();
    json.text("subject", text(certificate.getSubjectX500Principal().getName()))
        .text("issuer", text(certificate.getIssuerX500Principal().getName()))
        .texts("names", names(certificate))
        .text("notBefore", certificate.getNotBefore().toInstant().toString())
        .text("notAfter", end.toString())
        .number("daysLeft", daysLeft(end))
        .text("fingerprint", CertificateText.fingerprint(certificate));
  }

  /** One list of revoked certificates, without their serial numbers. */
  static void write(JsonText json, X509CRL list) {
    json.text("issuer", text(list.getIssuerX500Principal().getName()))
        .text("thisUpdate", list.getThisUpdate().toInstant().toString())
        .number(
            "revoked",
            list.getRevokedCertificates() == null
                ? 0
                : list.getRevokedCertificates().size());
    if (list.getNextUpdate() != null) {
      json.text("nextUpdate", list.getNextUpdate().toInstant().toString())
          .number("daysLeft", daysLeft(list.getNextUpdate().toInstant()));
    }
  }

  /** Rounded down: 0 is the last day, -1 the first after it. */
  private static long daysLeft(Instant end) {
    Duration left = Duration.between(Instant.now(), end);
    return Math.floorDiv(left.toSeconds(), Duration.ofDays(1).toSeconds());
  }

  private static String text(String text) {
    return PeerText.escape(text, MOST_TEXT);
  }

  private static List<String> names(X509Certificate certificate) {
    List<String> names = new ArrayList<>();
    try {
      Collection<List<?>> found =
          Objects.requireNonNullElse(certificate.getSubjectAlternativeNames(), List.of());
      for (List<?> name : found) {
        int kind = (Integer) name.getFirst();
        if ((kind == DNS_NAME || kind == IP_ADDRESS) && names.size() < MOST_NAMES) {
          names.add(text(String.valueOf(name.getLast())));
        }
      }
    } catch (CertificateParsingException broken) {
      names.add("(cannot be read)");
    }
    return names;
  }
}
