package io.reseal.config.read;

import io.reseal.config.HostPort;
import io.reseal.config.Listener;
import io.reseal.config.ListenerSecurity;
import io.reseal.config.ListenerSecurity.UnknownServerName;
import io.reseal.config.check.Findings;
import io.reseal.config.check.UserText;
import io.reseal.config.schema.ConfigSchema;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The reader of listeners. */
final class ListenerReader {
  private final Findings findings;
  private final List<String> allIdentities;
  private final Set<String> names = new HashSet<>();
  private final Set<HostPort> taken = new HashSet<>();

  /**
   * @param allIdentities the identities that a listener serves unless it says which
   */
  ListenerReader(Findings findings, List<String> allIdentities) {
    this.findings = findings;
    this.allIdentities = allIdentities;
  }

  Listener listener(Section section) {
    String name = name(section);
    List<HostPort> addresses = new ArrayList<>();
    for (Section.Text text : section.texts(section.has("address") ? "address" : "addresses")) {
      address(text).ifPresent(addresses::add);
    }
    return new Listener(
        name,
        addresses,
        section.has("tls")
            ? tls(section.section("tls", ConfigSchema.LISTENER_TLS))
            : new ListenerSecurity.Cleartext(),
        NetworkReader.networks(section.texts("trustedPeers"), findings),
        (int) section.number("maxConnections", Listener.DEFAULT_MAX_CONNECTIONS),
        (int)
            section.number("maxConnectionsPerSource", Listener.DEFAULT_MAX_CONNECTIONS_PER_SOURCE));
  }

  private String name(Section section) {
    String name = section.text("name", section.path());
    if (!names.add(name)) {
      section.error(
          "name",
          "listener name given twice",
          UserText.quoted(name),
          "a unique name",
          "Rename one of them.");
      // What else is wrong with it is reported at its own place.
      name = section.path();
    }
    findings.define("listener", name, section.location());
    return name;
  }

  private Optional<HostPort> address(Section.Text text) {
    Optional<HostPort> address = Syntax.hostPort(text.value(), /* portMayBeZero= */ true)
        .filter(candidate -> Syntax.isIp(candidate.host()));
    if (address.isEmpty()) {
      findings.error(
          text.location(),
          "wrong address",
          UserText.quoted(text.value()),
          "IP address and port, as 0.0.0.0:8443 or [::]:8443",
          addressHint(text.value()));
    } else if (address.get().port() != 0 && !taken.add(address.get())) {
      findings.error(
          text.location(),
          "address given twice",
          UserText.quoted(text.value()),
          "each address once",
          "Several hosts share one listener by their routes.");
    }
    return address;
  }

  private static String addressHint(String address) {
    return address.matches(":?[0-9]{1,5}")
        ? "To listen on all IPv4 addresses, write 0.0.0.0:" + address.replace(":", "")
        : "Names are not looked up here; a port is 0 to 65535; 0.0.0.0 stands for all IPv4"
            + " addresses, [::] for all.";
  }

  private ListenerSecurity tls(Section section) {
    List<String> identities =
        section.has("identities") ? values(section, "identities") : allIdentities;
    List<String> groups = values(section, "groups");
    String unknown = section.text("defaultIdentity", "");
    return new ListenerSecurity.Tls(
        TlsVersionsReader.versions(section),
        groups.isEmpty() ? ListenerSecurity.Tls.DEFAULT_GROUPS : groups,
        identities,
        unknown.isEmpty()
            ? new UnknownServerName.Refuse()
            : new UnknownServerName.ServeIdentity(unknown),
        section.flag("http2", true));
  }

  private static List<String> values(Section section, String key) {
    return section.texts(key).stream().map(Section.Text::value).toList();
  }
}
