package io.reseal.config.read;

import io.reseal.config.AdminSettings;
import io.reseal.config.AdminSettings.Port;
import io.reseal.config.HostPort;
import io.reseal.config.check.Findings;
import io.reseal.config.check.UserText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The reader of the ports for operators and load balancers. */
final class AdminReader {
  private static final String OFF = "off";

  private final Findings findings;

  AdminReader(Findings findings) {
    this.findings = findings;
  }

  AdminSettings admin(Section section) {
    AdminSettings standard = AdminSettings.DEFAULT;
    Port address = port(section, "address", standard.address());
    Port statusAddress = port(section, "statusAddress", standard.statusAddress());
    if (address instanceof Port.At(HostPort at)
        && at.port() != 0
        && address.equals(statusAddress)) {
      section.error(
          "statusAddress",
          "address given twice",
          at.toString(),
          "another port, or off",
          "The admin port answers health checks too; set statusAddress to off.");
    }
    return new AdminSettings(address, statusAddress, hosts(section));
  }

  private static Port port(Section section, String key, Port standard) {
    String text = section.text(key, "");
    if (text.isEmpty()) {
      return standard;
    }
    if (text.equals(OFF)) {
      return new Port.Off();
    }
    Optional<HostPort> address = Syntax.hostPort(text, /* portMayBeZero= */ true)
        .filter(candidate -> Syntax.isIp(candidate.host()));
    if (address.isEmpty()) {
      section.error(
          key,
          "wrong address",
          UserText.quoted(text),
          "IP address and port, as " + standard + ", or off",
          "Names are not looked up here; a port is 0 to 65535.");
      return standard;
    }
    return new Port.At(address.get());
  }

  private List<String> hosts(Section section) {
    List<String> hosts = new ArrayList<>();
    for (Section.Text text : section.texts("hosts")) {
      if (Syntax.isIp(text.value()) || Syntax.isDnsName(text.value())) {
        hosts.add(text.value().toLowerCase(Locale.ROOT));
      } else {
        findings.error(
            text.location(),
            "wrong host",
            UserText.quoted(text.value()),
            "a DNS name or an IP address without port, as reseal-admin.internal",
            "Write what stands in the URL between // and the port.");
      }
    }
    return hosts;
  }
}
