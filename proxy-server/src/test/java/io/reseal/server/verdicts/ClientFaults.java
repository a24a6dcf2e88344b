package io.reseal.server.verdicts;

import static io.reseal.server.verdicts.Clients.bare;
import static io.reseal.server.verdicts.Clients.cleartext;
import static io.reseal.server.verdicts.Clients.jdk;
import static io.reseal.server.verdicts.Clients.openssl;
import static io.reseal.server.verdicts.Clients.showing;

import io.reseal.core.failure.TlsVerdict.Reason;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.TestCrl;
import io.reseal.testkit.TestPki;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** The faults of clients, and of what a listener offers them, each with its remedy. */
final class ClientFaults {
  private static final TestPki.Issued CA = Certificates.FRONT.authority();
  private static final ClientFault.Client GOOD = jdk("a.test");
  private static final String OTHER_CLIENT = "client repaired";

  private final List<ClientFault> all = new ArrayList<>();

  private ClientFaults() {}

  static List<ClientFault> all() {
    ClientFaults faults = new ClientFaults();
    faults.wrongPorts();
    faults.names();
    faults.protocols();
    faults.certificates();
    faults.clientCertificates();
    faults.hellos();
    faults.endings();
    return List.copyOf(faults.all);
  }

  /** A fault of the client alone. */
  private void add(
      String name, Reason reason, ClientFault.Client faulty, String sees, String remedy) {
    add(name, reason, Door.GOOD, faulty, sees, remedy, Door.GOOD, GOOD);
  }

  private void add(
      String name,
      Reason reason,
      Door broken,
      ClientFault.Client faulty,
      String sees,
      String remedy,
      Door mended,
      ClientFault.Client sound) {
    all.add(new ClientFault(
        name, reason, broken, faulty, sees, remedy, mended, sound, UpstreamFault.BOTH));
  }

  private void wrongPorts() {
    add(
        "cleartext HTTP at the TLS listener",
        Reason.PLAINTEXT_ON_TLS_PORT,
        cleartext(ProxySetup.HTTPS),
        "Use https://",
        "https:// at the client");
    add(
        "TLS at the cleartext listener",
        Reason.TLS_ON_CLEARTEXT_PORT,
        Clients.jdkAtCleartextPort(),
        "Unsupported or unrecognized SSL message",
        "the TLS listener's port");
    add(
        "SSH at the TLS listener",
        Reason.NOT_A_CLIENT_HELLO,
        bare((client, hello) -> client.send("SSH-2.0-OpenSSH_9.2\r\n")),
        "alert 10",
        OTHER_CLIENT);
  }

  private void names() {
    Door second = Door.of(TestPki.server("a.test", "b.test").issuer(CA).issue());
    add(
        "a server name that nobody has",
        Reason.UNKNOWN_SERVER_NAME,
        Door.GOOD,
        jdk("b.test"),
        "unrecognized_name",
        "b.test in an identity and a route",
        second,
        jdk("b.test"));
    add(
        "no server name",
        Reason.UNKNOWN_SERVER_NAME,
        Door.GOOD,
        jdk(""),
        "unrecognized_name",
        "defaultIdentity: front",
        Door.GOOD.withListenerTls("defaultIdentity: front"),
        jdk(""));
  }

  private void protocols() {
    add(
        "TLS 1.1 at most",
        Reason.PROTOCOL_MISMATCH,
        openssl("-tls1_1 -cipher DEFAULT@SECLEVEL=0"),
        "alert protocol version",
        "TLS 1.2 and 1.3 at the client");
    add(
        "another TLS version than the listener's",
        Reason.PROTOCOL_MISMATCH,
        Door.GOOD,
        Clients.jdkOfOtherVersion(),
        "protocol_version",
        "versions: [TLSv1.2, TLSv1.3]",
        Door.GOOD.withBothVersions(),
        Clients.jdkOfOtherVersion());
    String noCipher = "no cipher suite in common";
    add(
        noCipher,
        Reason.CIPHER_MISMATCH,
        openssl("-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA256"),
        "handshake failure",
        "AES-GCM at the client");
    all.add(all.removeLast().only("TLSv1.2"));
    add(
        noCipher,
        Reason.CIPHER_MISMATCH,
        openssl("-tls1_3 -ciphersuites TLS_AES_128_CCM_SHA256"),
        "handshake failure",
        "AES-GCM at the client");
    all.add(all.removeLast().only("TLSv1.3"));
    ClientFault.Client onlyRsa =
        openssl("VERSION -sigalgs RSA-PSS+SHA256 -cipher ECDHE-RSA-AES128-GCM-SHA256");
    TestPki.Issued rsa = TestPki.server("a.test").issuer(CA).keys(TestPki.rsa()).issue();
    add(
        "a client for RSA keys only",
        Reason.CIPHER_MISMATCH,
        Door.GOOD,
        onlyRsa,
        "handshake failure",
        "an RSA key pair beside the other",
        Door.of(Door.GOOD.shown().getFirst(), rsa),
        onlyRsa);
    add(
        "application protocols that are not served",
        Reason.ALPN_MISMATCH,
        jdk("a.test", Certificates.FRONT.certificate(), "spdy/3"),
        "no_application_protocol",
        "http/1.1 at the client");
  }

  private void certificates() {
    add(
        "a client that does not know the CA",
        Reason.SERVER_CERTIFICATE_REFUSED,
        jdk("a.test", TestPki.ca("Another CA").certificate(), "http/1.1"),
        "unable to find valid certification path",
        "the CA at the client");
    Door expired = Door.of(TestPki.server("a.test")
        .issuer(CA)
        .validUntil(Instant.now().minusSeconds(60))
        .issue());
    add(
        "an identity that has expired",
        Reason.SERVER_CERTIFICATE_REFUSED,
        expired,
        openssl("VERSION"),
        "certificate has expired",
        "new certificate for the identity",
        Door.GOOD,
        openssl("VERSION"));
    TestPki.Issued middle = TestPki.authority("Issuing CA").issuer(CA).issue();
    TestPki.Issued full = TestPki.server("a.test").issuer(middle).issue();
    add(
        "an identity without its intermediate",
        Reason.SERVER_CERTIFICATE_REFUSED,
        Door.of(full.presenting(full.certificate())),
        GOOD,
        "unable to find valid certification path",
        "full chain in the identity",
        Door.of(full),
        GOOD);
  }

  private void clientCertificates() {
    TestPki.Issued ca = TestPki.ca("Client CA");
    Door door = Door.GOOD.withIdentity(clientAuth(ca, "required"));
    ClientFault.Client alice = showing(TestPki.client("alice").issuer(ca).issue());
    String renewed = "new client certificate";
    add(
        "no client certificate where one is required",
        Reason.NO_CERTIFICATE,
        door,
        openssl("VERSION"),
        "alert",
        renewed,
        door,
        alice);
    TestPki.Issued other = TestPki.ca("Other CA");
    ClientFault.Client stranger = showing(TestPki.client("alice").issuer(other).issue());
    add(
        "a client certificate of another CA",
        Reason.UNKNOWN_ISSUER,
        door,
        stranger,
        "unknown ca",
        "that CA's certificate in clientAuth.ca",
        Door.GOOD.withIdentity(clientAuth(other, "required")),
        stranger);
    TestPki.Issued middle = TestPki.authority("Client Issuing CA").issuer(ca).issue();
    TestPki.Issued nested = TestPki.client("alice").issuer(middle).issue();
    add(
        "a client certificate without its intermediate",
        Reason.MISSING_INTERMEDIATE,
        door,
        showing(nested.presenting(nested.certificate())),
        "unknown ca",
        "full chain at the client",
        door,
        showing(nested));
    Instant now = Instant.now();
    refused(
        door, ca, "expired", Reason.EXPIRED, request -> request.validUntil(now.minusSeconds(60)));
    refused(
        door,
        ca,
        "not yet valid",
        Reason.NOT_YET_VALID,
        request -> request.validFrom(now.plusSeconds(3_600)));
    refused(
        door,
        ca,
        "of a CA of the same name with another key",
        Reason.SAME_NAME_OTHER_KEY,
        request -> request.issuer(TestPki.ca("Client CA")));
    refused(
        door,
        ca,
        "that is for servers",
        Reason.WRONG_USAGE,
        request -> TestPki.server("alice").issuer(ca).purposes(TestPki.SERVER_AUTH));
    refused(
        door, ca, "with a weak key", Reason.WEAK_KEY, request -> request.keys(TestPki.weakRsa()));
    refused(
        door, ca, "signed with SHA-1", Reason.WEAK_SIGNATURE, request -> request.digest("SHA1"));
    refused(
        door,
        ca,
        "with an unknown critical extension",
        Reason.UNKNOWN_CRITICAL_EXTENSION,
        TestPki.Request::unknownCriticalExtension);
    refused(
        Door.GOOD.withIdentity(clientAuth(ca, "optional")),
        ca,
        "that is expired where none is needed",
        Reason.EXPIRED,
        request -> request.validUntil(now.minusSeconds(60)));
    add(
        "a self-signed client certificate",
        Reason.SELF_SIGNED,
        door,
        showing(TestPki.client("alice").issue()),
        "unknown ca",
        renewed,
        door,
        alice);
    revokedClients(ca, alice);
  }

  private void revokedClients(TestPki.Issued ca, ClientFault.Client alice) {
    TestPki.Issued lost = TestPki.client("lost").issuer(ca).issue();
    Door current =
        Door.GOOD.withIdentity(clientAuth(ca, "required", TestCrl.of(ca).revoke(lost)));
    add(
        "a revoked client certificate",
        Reason.REVOKED,
        current,
        showing(lost),
        "certificate revoked",
        "new client certificate",
        current,
        alice);
    TestCrl stale = TestCrl.of(ca).until(Instant.now().minusSeconds(60));
    add(
        "a stale CRL for clients",
        Reason.CRL_EXPIRED,
        Door.GOOD.withIdentity(clientAuth(ca, "required", stale)),
        alice,
        "alert",
        "the CA's present CRL",
        current,
        alice);
  }

  private void refused(
      Door door,
      TestPki.Issued ca,
      String what,
      Reason reason,
      UnaryOperator<TestPki.Request> change) {
    TestPki.Request request = change.apply(TestPki.client("alice").issuer(ca));
    add(
        "a client certificate " + what,
        reason,
        door,
        showing(request.issue()),
        "alert",
        "new client certificate",
        door,
        showing(TestPki.client("alice").issuer(ca).issue()));
  }

  private static String[] clientAuth(TestPki.Issued ca, String mode, TestCrl... crls) {
    List<String> lines = new ArrayList<>(List.of("clientAuth:", "  mode: " + mode, "  ca: |"));
    TestPki.pem(ca.certificate()).lines().forEach(line -> lines.add("    " + line));
    for (TestCrl crl : crls) {
      lines.add("  crl: |");
      crl.pem().lines().forEach(line -> lines.add("    " + line));
    }
    return lines.toArray(String[]::new);
  }

  private void hellos() {
    add(
        "a ClientHello that contradicts itself",
        Reason.MALFORMED_CLIENT_HELLO,
        bare((client, hello) -> {
          // The length of the session id, behind record, message, version and random.
          hello[43] = (byte) 0xFF;
          client.send(hello);
        }),
        "alert 50",
        OTHER_CLIENT);
    String[] protocols = IntStream.range(0, 40)
        .mapToObj(
            i -> i == 0 ? "http/1.1" : "protocol-with-a-long-name-of-a-client-%03d".formatted(i))
        .toArray(String[]::new);
    ClientFault.Client talkative = jdk("a.test", Certificates.FRONT.certificate(), protocols);
    add(
        "a ClientHello beyond the limit",
        Reason.CLIENT_HELLO_TOO_LARGE,
        Door.GOOD.with("limits: {clientHelloBytes: 1KiB}"),
        talkative,
        "record_overflow",
        "limits.clientHelloBytes: 16KiB",
        Door.GOOD.with("limits: {clientHelloBytes: 16KiB}"),
        talkative);
  }

  private void endings() {
    Door hasty = Door.GOOD.with("timeouts: {handshake: 200ms}");
    add(
        "silence",
        Reason.HANDSHAKE_TIMED_OUT,
        hasty,
        bare((client, hello) -> {}),
        "closed",
        OTHER_CLIENT,
        Door.GOOD,
        GOOD);
    add(
        "half a ClientHello, then silence",
        Reason.HANDSHAKE_TIMED_OUT,
        hasty,
        bare((client, hello) -> client.send(java.util.Arrays.copyOf(hello, 60))),
        "closed",
        OTHER_CLIENT,
        Door.GOOD,
        GOOD);
    add(
        "a ClientHello, then silence",
        Reason.HANDSHAKE_TIMED_OUT,
        hasty,
        bare((client, hello) -> client.send(hello)),
        "TLS records",
        OTHER_CLIENT,
        Door.GOOD,
        GOOD);
    add(
        "a reset within the handshake",
        Reason.CLOSED_IN_HANDSHAKE,
        bare((client, hello) -> {
          client.send(hello);
          client.readExactly(5);
          client.reset();
        }),
        "closed",
        OTHER_CLIENT);
    add(
        "a close within the handshake",
        Reason.CLOSED_IN_HANDSHAKE,
        bare((client, hello) -> {
          client.send(hello);
          client.halfClose();
        }),
        "TLS records",
        OTHER_CLIENT);
    add(
        "an alert: internal_error",
        Reason.ALERT_RECEIVED,
        bare((client, hello) -> {
          client.send(hello);
          client.readExactly(5);
          client.send(new byte[] {21, 3, 3, 0, 2, 2, 80});
        }),
        "TLS records",
        OTHER_CLIENT);
  }
}
