package io.reseal.server.doctor;

import io.reseal.config.Location;
import io.reseal.config.RevocationList;
import io.reseal.core.tls.CertificateText;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.function.Consumer;

/**
 * The check of when CRLs must be renewed. Lists live for days, so the warning comes in the last
 * fifth of a list's life, not by days.
 */
final class RevocationListCheck {
  private static final int LIFE_PARTS = 5;

  private final Instant now;
  private final Consumer<Finding> found;

  RevocationListCheck(Instant now, Consumer<Finding> found) {
    this.now = now;
    this.found = found;
  }

  void run(List<RevocationList> lists, Location place) {
    for (RevocationList list : lists) {
      Date end = list.list().getNextUpdate();
      if (end != null) {
        check(list, end.toInstant(), place);
      }
    }
  }

  private void check(RevocationList list, Instant end, Location place) {
    String issuer = CertificateText.issuer(list.list());
    String renew =
        "Get the CA's present list; its owner makes it by openssl ca -gencrl. Where it is"
            + " fetched, see why the last fetch failed.";
    Instant start = list.list().getThisUpdate().toInstant();
    if (!end.isAfter(now)) {
      found.accept(Finding.error(
          Kind.CRL_EXPIRED,
          place,
          "the CRL of " + issuer + " was to be renewed by " + end
              + "; every certificate of this CA is refused",
          renew,
          ""));
    } else if (Duration.between(now, end)
            .multipliedBy(LIFE_PARTS)
            .compareTo(Duration.between(start, end))
        < 0) {
      found.accept(Finding.warning(
          Kind.CRL_EXPIRES_SOON,
          place,
          "the CRL of " + issuer + " must be renewed by " + end
              + "; from then on every certificate of this CA is refused",
          renew,
          ""));
    }
  }
}
