package io.reseal.testkit;

import io.reseal.config.KeyPairMaterial;
import java.security.cert.X509Certificate;
import java.util.Arrays;

/** The two CAs of the behaviour tests, and good certificates by them; bad ones make {@link TestPki}. */
public final class Certificates {
  /** The CA that clients trust. */
  public static final Certificates FRONT = new Certificates(TestPki.ca("Front CA"));

  /** The CA that the proxy is told to trust for upstreams. */
  public static final Certificates DESTINATION = new Certificates(TestPki.ca("Destination CA"));

  private final TestPki.Issued authority;

  private Certificates(TestPki.Issued authority) {
    this.authority = authority;
  }

  public TestPki.Issued authority() {
    return authority;
  }

  public X509Certificate certificate() {
    return authority.certificate();
  }

  /** A server certificate for these DNS names and IPv4 addresses; the first is a DNS name. */
  public KeyPairMaterial issue(String... names) {
    String[] dns =
        Arrays.stream(names).filter(name -> !name.matches("[0-9.]+")).toArray(String[]::new);
    String[] addresses =
        Arrays.stream(names).filter(name -> name.matches("[0-9.]+")).toArray(String[]::new);
    return TestPki.server(dns).ip(addresses).issuer(authority).issue().material();
  }
}
