package io.reseal.server.doctor;

import io.reseal.config.HostPort;
import io.reseal.config.Location;
import io.reseal.config.ProxyConfig;
import io.reseal.config.TrustAnchors;
import io.reseal.config.Upstream;
import io.reseal.config.UpstreamTls.ServerNameSent;
import io.reseal.config.check.Places;
import io.reseal.config.pem.CertificateNames;
import io.reseal.core.tls.CertificateText;
import io.reseal.core.tls.PeerNames;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/** The checks of how upstreams are verified: whom they must be signed by, under which names. */
final class UpstreamChecks {
  private final ProxyConfig config;
  private final Places places;
  private final Instant now;
  private final Consumer<Finding> found;

  UpstreamChecks(ProxyConfig config, Places places, Instant now, Consumer<Finding> found) {
    this.config = config;
    this.places = places;
    this.now = now;
    this.found = found;
  }

  void run() {
    for (Upstream upstream : config.upstreams()) {
      switch (upstream.tls().trustAnchors()) {
        case TrustAnchors.SystemStore system -> {}
        case TrustAnchors.DestinationCa ca -> destinationCa(upstream, ca);
        case TrustAnchors.Unverified unverified -> unverified(upstream);
      }
      namesSent(upstream);
    }
  }

  private Location place(Upstream upstream, String key) {
    return places.ofFirst("upstream", upstream.name(), "tls." + key, "tls", "endpoints");
  }

  // ---- trust

  private void destinationCa(Upstream upstream, TrustAnchors.DestinationCa ca) {
    Location place = place(upstream, "destinationCA");
    new CaFileCheck(ca.certificates(), ca.source(), place, now, found)
        .run("upstream", leaf -> notACa(upstream, ca, leaf, place));
    pinnedNames(upstream, ca, place);
  }

  private void notACa(
      Upstream upstream, TrustAnchors.DestinationCa ca, X509Certificate leaf, Location place) {
    boolean own = Commands.isSelfSigned(leaf);
    found.accept(Finding.warning(
        Kind.NOT_A_CA,
        place,
        "%s in %s is no CA; upstream \"%s\" is trusted with exactly this certificate, and fails when"
                .formatted(CertificateText.subject(leaf), ca.source(), upstream.name())
            + " it is renewed",
        own
            ? "To survive renewals, have the upstream's certificate signed by a CA, and name that."
            : "Name the certificate of the CA that signed it, " + CertificateText.issuer(leaf)
                + "; the upstream may send it:",
        own ? "" : showChain(upstream)));
  }

  /** A file of leaves alone can be matched by none but these, so their names must do. */
  private void pinnedNames(Upstream upstream, TrustAnchors.DestinationCa ca, Location place) {
    if (upstream.tls().serverName() instanceof ServerNameSent.RequestHost
        || !ca.certificates().stream().allMatch(CaFileCheck::isLeaf)) {
      return;
    }
    for (HostPort endpoint : upstream.endpoints()) {
      List<String> accepted = PeerNames.of(upstream.tls(), endpoint, "").accepted();
      boolean carried = ca.certificates().stream()
          .anyMatch(leaf -> accepted.stream().anyMatch(name -> carries(upstream, leaf, name)));
      if (!carried) {
        List<String> names = CertificateNames.of(ca.certificates().getFirst());
        found.accept(Finding.error(
            Kind.NAME_MISMATCH,
            place,
            "endpoint %s must prove to be %s, and the only certificates trusted are for %s"
                .formatted(
                    endpoint,
                    String.join(" or ", accepted),
                    names.isEmpty() ? "no name" : String.join(", ", names)),
            names.isEmpty()
                ? "Have the certificate issued with that name."
                : "Name what it carries, under tls of the upstream:",
            names.isEmpty() ? "" : "acceptedNames: [\"" + names.getFirst() + "\"]"));
        return;
      }
    }
  }

  private static boolean carries(Upstream upstream, X509Certificate leaf, String name) {
    return CertificateCover.covers(leaf, name)
        || upstream.tls().commonNameFallback() && CertificateNames.of(leaf).contains(name);
  }

  private void unverified(Upstream upstream) {
    found.accept(Finding.warning(
        Kind.UNVERIFIED,
        place(upstream, "skipVerification"),
        "upstream \"%s\" is not verified; whoever can reach the network in between can read and"
                .formatted(upstream.name())
            + " change everything",
        "Name its CA instead of skipVerification. Where nobody can give it to you, take what the"
            + " upstream shows, compare its fingerprint with what its owner says, and write"
            + " destinationCA: " + caFile(upstream) + ":",
        showChain(upstream) + " > " + caFile(upstream)));
  }

  private static String caFile(Upstream upstream) {
    return upstream.name().replaceAll("[^A-Za-z0-9_.-]", "_") + "-ca.pem";
  }

  /** Prints the certificates that the first endpoint sends. */
  private static String showChain(Upstream upstream) {
    HostPort endpoint = upstream.endpoints().getFirst();
    String name = PeerNames.of(upstream.tls(), endpoint, "").serverName();
    return "openssl s_client -connect " + Commands.word(endpoint.toString())
        + (name.isEmpty() ? " -noservername" : " -servername " + Commands.word(name))
        + " -showcerts </dev/null 2>/dev/null | sed -n '/-----BEGIN/,/-----END/p'";
  }

  // ---- names

  private void namesSent(Upstream upstream) {
    List<String> accepted = upstream.tls().acceptedNames();
    if (accepted.isEmpty() || upstream.tls().serverName() instanceof ServerNameSent.RequestHost) {
      return;
    }
    for (HostPort endpoint : upstream.endpoints()) {
      String sent = PeerNames.of(upstream.tls(), endpoint, "").serverName();
      if (!sent.isEmpty() && !accepted.contains(sent)) {
        found.accept(Finding.note(
            Kind.NAME_SENT_NOT_ACCEPTED,
            place(upstream, "acceptedNames"),
            "upstream \"%s\" is asked for %s and must prove to be %s"
                .formatted(upstream.name(), sent, String.join(" or ", accepted)),
            "If that is not meant, set serverName, or add " + sent + " to acceptedNames."));
        return;
      }
    }
  }
}
