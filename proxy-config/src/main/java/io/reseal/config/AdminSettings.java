package io.reseal.config;

import java.util.List;

/**
 * Where operators and load balancers ask how Reseal is doing. Security: the admin port needs no
 * password and tells names, certificates and addresses; whoever reaches it reads them all.
 *
 * @param address the admin port: health, metrics, configuration, certificates, upstreams,
 *     diagnostics. Default: 127.0.0.1:9901
 * @param statusAddress the status port: health and nothing else, for any Host, so that load
 *     balancers may ask from anywhere. Default: 127.0.0.1:15021
 * @param hosts names and addresses in lower case that the Host of a request to the admin port may
 *     have, besides loopback and the address that it came in by. Default: none
 */
public record AdminSettings(Port address, Port statusAddress, List<String> hosts) {
  public static final AdminSettings DEFAULT = new AdminSettings(
      new Port.At(new HostPort("127.0.0.1", 9901)),
      new Port.At(new HostPort("127.0.0.1", 15021)),
      List.of());

  /** Neither port is open. */
  public static final AdminSettings OFF =
      new AdminSettings(new Port.Off(), new Port.Off(), List.of());

  public AdminSettings {
    hosts = List.copyOf(hosts);
  }

  /** A port that may be left closed. */
  public sealed interface Port {

    /** Nothing listens. */
    record Off() implements Port {
      @Override
      public String toString() {
        return "off";
      }
    }

    /** Listens at an IP address; port 0 takes a free port. */
    record At(HostPort address) implements Port {
      @Override
      public String toString() {
        return address.toString();
      }
    }
  }
}
