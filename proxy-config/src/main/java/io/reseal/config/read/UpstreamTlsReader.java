package io.reseal.config.read;

import io.reseal.config.ClientIdentity;
import io.reseal.config.RevocationList;
import io.reseal.config.TrustAnchors;
import io.reseal.config.UpstreamTls;
import io.reseal.config.UpstreamTls.ServerNameSent;
import io.reseal.config.check.Findings;
import io.reseal.config.check.UserText;
import io.reseal.config.schema.ConfigSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The reader of how an upstream is protected and verified. */
final class UpstreamTlsReader {
  private final Findings findings;
  private final MaterialReader material;

  UpstreamTlsReader(Findings findings, MaterialReader material) {
    this.findings = findings;
    this.material = material;
  }

  UpstreamTls tls(Section section) {
    TrustAnchors anchors = anchors(section);
    return new UpstreamTls(
        anchors,
        serverName(section),
        acceptedNames(section),
        section.flag("commonNameFallback", false),
        TlsVersionsReader.versions(section),
        revocationLists(section, anchors),
        clientIdentity(section));
  }

  private List<RevocationList> revocationLists(Section section, TrustAnchors anchors) {
    if (section.names("crl") && anchors instanceof TrustAnchors.Unverified) {
      section.error(
          "skipVerification",
          "skipVerification together with crl",
          "true",
          "one of the two",
          "Remove skipVerification: where nothing is verified, nothing is found revoked.");
    }
    return material.revocationLists(
        section,
        "crl",
        anchors instanceof TrustAnchors.DestinationCa ca ? ca.certificates() : List.of());
  }

  private ClientIdentity clientIdentity(Section section) {
    // One that cannot be used is a finding already and refuses the configuration.
    return section.names("clientIdentity")
        ? material
            .keyPair(section.section("clientIdentity", ConfigSchema.KEY_PAIR))
            .map(ClientIdentity::of)
            .orElse(ClientIdentity.NONE)
        : ClientIdentity.NONE;
  }

  private TrustAnchors anchors(Section section) {
    boolean skip = section.flag("skipVerification", false);
    boolean named = section.names("destinationCA");
    if (skip && named) {
      section.error(
          "skipVerification",
          "skipVerification together with destinationCA",
          "true",
          "one of the two",
          "Remove skipVerification: the CA is there to verify by.");
    }
    if (section.has("destinationCA")) {
      // One without a value is a finding already and refuses the configuration.
      return material
          .bundle(section, "destinationCA")
          .map(TrustAnchors.class::cast)
          .orElseGet(TrustAnchors.SystemStore::new);
    }
    return skip ? new TrustAnchors.Unverified() : new TrustAnchors.SystemStore();
  }

  private ServerNameSent serverName(Section section) {
    String fixed = section.text("serverName", "");
    if (!fixed.isEmpty()) {
      if (Syntax.isIp(fixed) || !Syntax.isDnsName(fixed)) {
        section.error(
            "serverName",
            "wrong server name",
            UserText.quoted(fixed),
            "a DNS name",
            Syntax.isIp(fixed)
                ? "An IP address cannot be sent as SNI (RFC 6066, section 3); name it by"
                    + " acceptedNames."
                : "Write the one name to be sent, without wildcard, scheme and port.");
      }
      return new ServerNameSent.Fixed(fixed.toLowerCase(Locale.ROOT));
    }
    return section.choice("serverNameFrom", "endpoint").equals("request")
        ? new ServerNameSent.RequestHost()
        : new ServerNameSent.EndpointName();
  }

  private List<String> acceptedNames(Section section) {
    List<String> names = new ArrayList<>();
    for (Section.Text text : section.texts("acceptedNames")) {
      String name = text.value().toLowerCase(Locale.ROOT);
      if (Syntax.isIp(name) || Syntax.isDnsName(name)) {
        names.add(name);
      } else {
        findings.error(
            text.location(),
            "wrong accepted name",
            UserText.quoted(text.value()),
            "a DNS name or an IP address",
            name.startsWith("*")
                ? "Name what you expect; certificates may have wildcards."
                : "Write a name as certificates carry it, without scheme and port.");
      }
    }
    return names;
  }
}
