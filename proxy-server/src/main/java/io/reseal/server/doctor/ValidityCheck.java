package io.reseal.server.doctor;

import io.reseal.config.Location;
import io.reseal.core.tls.CertificateText;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The check of a certificate's dates. It warns 30, 14, 7 and 1 days before the end, but never in
 * the first two thirds of a certificate's life, so that short-lived ones are not always near it.
 */
final class ValidityCheck {
  private static final int[] DAYS = {1, 7, 14, 30};
  private static final int LIFE_PARTS = 3;

  private final Instant now;

  ValidityCheck(Instant now) {
    this.now = now;
  }

  /** What is wrong with the dates. */
  Optional<Finding> check(Location place, X509Certificate certificate, String fix, String command) {
    Instant start = certificate.getNotBefore().toInstant();
    Instant end = certificate.getNotAfter().toInstant();
    String subject = CertificateText.subject(certificate);
    if (!end.isAfter(now)) {
      return Optional.of(Finding.error(
          Kind.EXPIRED,
          place,
          "%s has expired on %s".formatted(subject, CertificateText.validUntil(certificate)),
          fix,
          command));
    }
    if (start.isAfter(now)) {
      return Optional.of(Finding.error(
          Kind.NOT_YET_VALID,
          place,
          "%s is not valid before %s (now: %s)"
              .formatted(subject, CertificateText.validFrom(certificate), now),
          "Check the clock of this machine: date -u; else wait, or issue the certificate again.",
          ""));
    }
    Duration left = Duration.between(now, end);
    for (int days : DAYS) {
      Duration threshold = Duration.ofDays(days);
      boolean late =
          threshold.multipliedBy(LIFE_PARTS).compareTo(Duration.between(start, end)) <= 0;
      if (late && left.compareTo(threshold) < 0) {
        return Optional.of(new Finding(
            severity(days),
            Kind.EXPIRES_SOON,
            place,
            "%s expires in less than %d day%s, on %s"
                .formatted(
                    subject, days, days == 1 ? "" : "s", CertificateText.validUntil(certificate)),
            fix,
            command,
            java.util.Map.of()));
      }
    }
    return Optional.empty();
  }

  /** At 30 days whoever renews by machine has not even begun. */
  private static Severity severity(int days) {
    return switch (days) {
      case 1 -> Severity.ERROR;
      case 30 -> Severity.NOTE;
      default -> Severity.WARNING;
    };
  }
}
