package io.reseal.server.verdicts;

import static io.reseal.server.verdicts.Peer.openssl;
import static io.reseal.server.verdicts.Peer.plain;
import static io.reseal.server.verdicts.Peer.showing;
import static io.reseal.server.verdicts.Setup.SERVER_NAME;

import io.reseal.core.failure.TlsVerdict.Reason;
import io.reseal.testkit.OriginConnection;
import io.reseal.testkit.RecordingOrigin;
import io.reseal.testkit.TestCrl;
import io.reseal.testkit.TestPki;
import io.reseal.testkit.TestPki.Issued;
import io.reseal.testkit.TestPki.Request;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SNIHostName;
import org.bouncycastle.asn1.x509.KeyUsage;

/** The faults of upstreams, each with its remedy. */
final class UpstreamFaults {
  private static final String NAME = "upstream.test";
  private static final String NEW_CERTIFICATE = "new certificate for " + NAME;

  /** Of OpenSSL, so that it shows and uses what is weak. */
  private static final String ANY_STRENGTH = "-cipher DEFAULT@SECLEVEL=0";

  private static final int MANY = 40;
  private static final int HUGE = 10_000;
  private static final Issued CA = TestPki.ca("Destination CA");
  private static final Issued GOOD = TestPki.server(NAME).issuer(CA).issue();

  private final List<UpstreamFault> all = new ArrayList<>();

  private UpstreamFaults() {}

  static List<UpstreamFault> all() {
    UpstreamFaults faults = new UpstreamFaults();
    faults.times();
    faults.names();
    faults.wildcards();
    faults.issuers();
    faults.chains();
    faults.constraints();
    faults.strength();
    faults.protocols();
    faults.clientCertificates();
    faults.revocation();
    faults.wrongPorts();
    faults.endings();
    return List.copyOf(faults.all);
  }

  private static Request leaf() {
    return TestPki.server(NAME).issuer(CA);
  }

  private static Setup good() {
    return Setup.of(showing(GOOD), CA);
  }

  private static Setup bad(Request request) {
    return Setup.of(showing(request), CA);
  }

  private void add(String name, Reason reason, Setup broken, String remedy, Setup mended) {
    all.add(UpstreamFault.of(name, reason, broken, remedy, mended));
  }

  /** What another certificate mends. */
  private void add(String name, Reason reason, Request request) {
    add(name, reason, bad(request), NEW_CERTIFICATE, good());
  }

  private void accepted(String name, Setup setup) {
    all.add(UpstreamFault.none(name, setup));
  }

  private void times() {
    Instant now = Instant.now();
    add("expired a minute ago", Reason.EXPIRED, leaf().validUntil(now.minusSeconds(60)));
    add("valid in an hour", Reason.NOT_YET_VALID, leaf().validFrom(now.plus(Duration.ofHours(1))));
    Issued old = TestPki.authority("Old Issuing CA")
        .issuer(CA)
        .validUntil(now.minusSeconds(60))
        .issue();
    add("an expired intermediate", Reason.EXPIRED, TestPki.server(NAME).issuer(old));
    Issued oldRoot =
        TestPki.authority("Old CA").validUntil(now.minusSeconds(60)).issue();
    add(
        "the configured CA has expired",
        Reason.EXPIRED,
        Setup.of(showing(TestPki.server(NAME).issuer(oldRoot)), oldRoot),
        "new CA, new certificate, destinationCA",
        good());
  }

  private void names() {
    Setup other = bad(TestPki.server("other.test").issuer(CA));
    add("for another name", Reason.NAME_MISMATCH, other, NEW_CERTIFICATE, good());
    add(
        "for another name that is meant",
        Reason.NAME_MISMATCH,
        other,
        "acceptedNames: other.test",
        other.withTls(SERVER_NAME, "acceptedNames: other.test"));
    Setup commonName = bad(TestPki.commonNameOnly(NAME).issuer(CA));
    add("only a common name", Reason.COMMON_NAME_ONLY, commonName, NEW_CERTIFICATE, good());
    add(
        "only a common name, and no way to renew",
        Reason.COMMON_NAME_ONLY,
        commonName,
        "commonNameFallback: true",
        commonName.withTls(SERVER_NAME, "commonNameFallback: true"));
    Setup address = bad(leaf().ip("127.0.0.1")).withTls();
    accepted("endpoint by IP address, and that IP SAN", address);
    add(
        "endpoint by IP address, another IP SAN",
        Reason.NAME_MISMATCH,
        bad(leaf().ip("127.0.0.2")).withTls(),
        "new certificate with IP:127.0.0.1",
        address);
    add(
        "endpoint by IP address, no IP SAN",
        Reason.NAME_MISMATCH,
        good().withTls(),
        "serverName: " + NAME,
        good());
    add(
        "endpoint by IP address, the address as DNS SAN",
        Reason.NAME_MISMATCH,
        bad(TestPki.server("127.0.0.1").issuer(CA)).withTls(),
        "new certificate with IP:127.0.0.1",
        address);
  }

  private void wildcards() {
    Setup first = bad(TestPki.server("*.upstream.test").issuer(CA));
    accepted("a wildcard for the first label", first.withTls("serverName: a.upstream.test"));
    add(
        "a wildcard for two labels",
        Reason.NAME_MISMATCH,
        first.withTls("serverName: b.a.upstream.test"),
        "new certificate with DNS:b.a.upstream.test",
        bad(TestPki.server("b.a.upstream.test").issuer(CA))
            .withTls("serverName: b.a.upstream.test"));
    add(
        "a wildcard below the name",
        Reason.NAME_MISMATCH,
        TestPki.server("*.upstream.test").issuer(CA));
    add(
        "a wildcard within a label",
        Reason.NAME_MISMATCH,
        TestPki.server("up*.test").issuer(CA));
    add(
        "a wildcard in the second label",
        Reason.NAME_MISMATCH,
        TestPki.server("upstream.*").issuer(CA));
    add("a wildcard for everything", Reason.NAME_MISMATCH, TestPki.server("*").issuer(CA));
  }

  private void issuers() {
    Issued other = TestPki.ca("Other CA");
    Setup byOther = bad(TestPki.server(NAME).issuer(other));
    add(
        "signed by another CA",
        Reason.UNKNOWN_ISSUER,
        byOther,
        "that CA's certificate in destinationCA",
        byOther.trusting(other));
    Issued impostor = TestPki.ca("Destination CA");
    Setup byImpostor = bad(TestPki.server(NAME).issuer(impostor));
    add(
        "a CA of the same name with another key",
        Reason.SAME_NAME_OTHER_KEY,
        byImpostor,
        "its present certificate in destinationCA",
        byImpostor.trusting(impostor));
    Setup selfSigned = Setup.of(showing(TestPki.server(NAME)), CA);
    Issued own = TestPki.server(NAME).issue();
    add(
        "self-signed",
        Reason.SELF_SIGNED,
        selfSigned.with(showing(own)),
        "that certificate in destinationCA",
        selfSigned.with(showing(own)).trusting(own));
    Setup system = byOther.withTls(SERVER_NAME);
    add(
        "a private CA, and no destinationCA",
        Reason.UNKNOWN_ISSUER,
        new Setup(system.peer(), "reencrypt", "", List.of(SERVER_NAME), List.of(), false),
        "that CA's certificate in destinationCA",
        byOther.trusting(other));
  }

  private void chains() {
    Issued middle = TestPki.authority("Issuing CA").issuer(CA).issue();
    Issued deep = TestPki.authority("Deep Issuing CA").issuer(middle).issue();
    Issued full = TestPki.server(NAME).issuer(middle).issue();
    Setup whole = Setup.of(showing(full), CA);
    Setup alone = Setup.of(showing(full.presenting(full.certificate())), CA);
    add(
        "the intermediate is not sent",
        Reason.MISSING_INTERMEDIATE,
        alone,
        "full chain at the upstream",
        whole);
    add(
        "the intermediate is not sent, and the upstream is not ours",
        Reason.MISSING_INTERMEDIATE,
        alone,
        "the intermediate in destinationCA",
        alone.trusting(CA, middle));
    Issued below = TestPki.server(NAME).issuer(deep).issue();
    X509Certificate[] shuffled = {
      below.certificate(), middle.certificate(), CA.certificate(), deep.certificate()
    };
    accepted("a shuffled chain", Setup.of(showing(below.presenting(shuffled)), CA));
    accepted(
        "a chain with a stranger in it",
        Setup.of(
            showing(full.presenting(
                full.certificate(), TestPki.ca("Stranger").certificate(), middle.certificate())),
            CA));
    X509Certificate[] many = new X509Certificate[MANY];
    Arrays.setAll(many, at -> TestPki.ca("CA " + at).certificate());
    many[0] = full.certificate();
    many[MANY - 1] = middle.certificate();
    // The TLS library hands on no more than ten.
    add(
        "the intermediate behind thirty-eight strangers",
        Reason.MISSING_INTERMEDIATE,
        Setup.of(openssl(full.presenting(many), "VERSION"), CA),
        "full chain at the upstream",
        whole);
    String[] names = new String[HUGE];
    Arrays.setAll(names, at -> "host" + at + ".upstream.test");
    add(
        "a certificate with ten thousand names",
        Reason.CERTIFICATE_REJECTED,
        Setup.of(openssl(TestPki.server(names).issuer(CA).issue(), "VERSION"), CA),
        NEW_CERTIFICATE,
        good());
    add(
        "names that cannot be read",
        Reason.MALFORMED_CERTIFICATE,
        leaf().unreadableAlternativeNames());
  }

  private void constraints() {
    Issued endEntity = TestPki.server("ca.test").issuer(CA).issue();
    add("signed by a leaf", Reason.NOT_A_CA, TestPki.server(NAME).issuer(endEntity));
    Issued noSigner = TestPki.authority("Signer")
        .issuer(CA)
        .keyUsage(KeyUsage.digitalSignature)
        .issue();
    add(
        "signed by a CA without keyCertSign",
        Reason.NOT_A_CA,
        TestPki.server(NAME).issuer(noSigner));
    Issued last = TestPki.authority("Last CA").issuer(CA).pathLength(0).issue();
    Issued tooDeep = TestPki.authority("Too deep CA").issuer(last).issue();
    add(
        "more CAs than the path length allows",
        Reason.PATH_TOO_LONG,
        TestPki.server(NAME).issuer(tooDeep));
    Issued elsewhere =
        TestPki.authority("Elsewhere CA").issuer(CA).permitDns("else.test").issue();
    add(
        "a name that its CA may not sign for",
        Reason.NAME_CONSTRAINTS,
        TestPki.server(NAME).issuer(elsewhere));
    Issued excluding = TestPki.authority("Most CA").issuer(CA).excludeDns(NAME).issue();
    add(
        "a name that its CA excludes",
        Reason.NAME_CONSTRAINTS,
        TestPki.server(NAME).issuer(excluding));
    add("for clients only", Reason.WRONG_USAGE, leaf().purposes(TestPki.CLIENT_AUTH));
    add(
        "a key usage without signatures",
        Reason.WRONG_USAGE,
        leaf().keyUsage(KeyUsage.keyAgreement));
    add(
        "an unknown critical extension",
        Reason.UNKNOWN_CRITICAL_EXTENSION,
        leaf().unknownCriticalExtension());
  }

  private void strength() {
    add(
        "an RSA key of 1024 bits",
        Reason.WEAK_KEY,
        Setup.of(openssl(leaf().keys(TestPki.weakRsa()).issue(), "VERSION", ANY_STRENGTH), CA),
        "new certificate with a P-256 key",
        good());
    add(
        "signed with SHA-1",
        Reason.WEAK_SIGNATURE,
        Setup.of(openssl(leaf().digest("SHA1").issue(), "VERSION", ANY_STRENGTH), CA),
        "new certificate signed with SHA-256",
        good());
    add(
        "an Ed25519 key",
        Reason.CIPHER_MISMATCH,
        Setup.of(openssl(leaf().keys(ed25519()).issue(), "VERSION"), CA),
        "new certificate with a P-256 key",
        good());
  }

  private static KeyPair ed25519() {
    try {
      return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException(missing);
    }
  }

  private void protocols() {
    Setup old = Setup.of(openssl(GOOD, "-tls1_1", ANY_STRENGTH), CA);
    Setup renewed = Setup.of(openssl(GOOD, "VERSION"), CA);
    String newer = "TLS 1.2 and 1.3 at the upstream";
    // Where 1.3 is not offered, the upstream has only the alert for "nothing in common".
    all.add(UpstreamFault.of("TLS 1.1 at most", Reason.CIPHER_MISMATCH, old, newer, renewed)
        .only("TLSv1.2"));
    all.add(UpstreamFault.of("TLS 1.1 at most", Reason.PROTOCOL_MISMATCH, old, newer, renewed)
        .only("TLSv1.3"));
    for (String version : UpstreamFault.BOTH) {
      String other = version.equals("TLSv1.3") ? "TLSv1.2" : "TLSv1.3";
      Setup unlike = good().with(Peer.of(RecordingOrigin.tls(GOOD.material()).withVersions(other)));
      all.add(UpstreamFault.of(
              "another TLS version than the one configured",
              Reason.PROTOCOL_MISMATCH,
              unlike,
              "versions: [TLSv1.2, TLSv1.3]",
              unlike.withBothVersions())
          .only(version));
    }
    all.add(UpstreamFault.of(
            "no cipher suite in common",
            Reason.CIPHER_MISMATCH,
            Setup.of(openssl(GOOD, "-tls1_2", "-cipher ECDHE-ECDSA-AES128-SHA"), CA),
            "AES-GCM at the upstream",
            Setup.of(openssl(GOOD, "-tls1_2"), CA))
        .only("TLSv1.2"));
    all.add(UpstreamFault.of(
            "no cipher suite in common",
            Reason.CIPHER_MISMATCH,
            Setup.of(openssl(GOOD, "-tls1_3", "-ciphersuites TLS_AES_128_CCM_SHA256"), CA),
            "AES-GCM at the upstream",
            Setup.of(openssl(GOOD, "-tls1_3"), CA))
        .only("TLSv1.3"));
    add(
        "only HTTP/2 by ALPN",
        Reason.ALPN_MISMATCH,
        good().with(Peer.of(RecordingOrigin.tls(GOOD.material()).withApplicationProtocols("h2"))),
        "http/1.1 at the upstream",
        good());
    Peer.Maker choosy = Peer.of(RecordingOrigin.tls(GOOD.material()).withTuning(parameters -> {
      parameters.setSNIMatchers(List.of(SNIHostName.createSNIMatcher("upstream\\.test")));
      return parameters;
    }));
    add(
        "a server name that it does not know",
        Reason.SERVER_NAME_REJECTED,
        good().with(choosy).withTls("serverName: old.test", "acceptedNames: " + NAME),
        "serverName: " + NAME,
        good().with(choosy));
  }

  private void clientCertificates() {
    Issued clients = TestPki.ca("Upstream's Client CA");
    Setup demanding = good()
        .with(Peer.of(RecordingOrigin.tls(GOOD.material()).withClientsOf(clients.certificate())));
    String[] identity = identity(TestPki.client("reseal").issuer(clients).issue());
    add(
        "it demands a client certificate",
        Reason.CLIENT_CERTIFICATE_REQUIRED,
        demanding,
        "clientIdentity",
        demanding.withTls(identity));
    add(
        "it demands a client certificate, by mistake",
        Reason.CLIENT_CERTIFICATE_REQUIRED,
        demanding,
        "no demand at the upstream",
        good());
    add(
        "it refuses the client identity",
        Reason.CLIENT_CERTIFICATE_REFUSED,
        demanding.withTls(
            identity(TestPki.client("reseal").issuer(TestPki.ca("Strange CA")).issue())),
        "clientIdentity by a CA that the upstream trusts",
        demanding.withTls(identity));
  }

  private static String[] identity(Issued issued) {
    List<String> lines = new ArrayList<>(List.of(SERVER_NAME, "clientIdentity:"));
    lines.add("  certificate: |");
    issued.chainPem().lines().forEach(line -> lines.add("    " + line));
    lines.add("  key: |");
    issued.keyPem().lines().forEach(line -> lines.add("    " + line));
    return lines.toArray(String[]::new);
  }

  private void revocation() {
    Issued revoked = leaf().issue();
    Setup bad = Setup.of(showing(revoked), CA).withTls(crl(TestCrl.of(CA).revoke(revoked)));
    add("revoked", Reason.REVOKED, bad, NEW_CERTIFICATE, bad.with(showing(GOOD)));
    Setup current = good().withTls(crl(TestCrl.of(CA)));
    accepted("not revoked", current);
    add(
        "the CRL is stale",
        Reason.CRL_EXPIRED,
        good().withTls(crl(TestCrl.of(CA).until(Instant.now().minusSeconds(60)))),
        "the CA's present CRL",
        current);
    add(
        "the CRL is of the future",
        Reason.CRL_NOT_YET_VALID,
        good().withTls(crl(TestCrl.of(CA).from(Instant.now().plusSeconds(3_600)))),
        "the CA's present CRL",
        current);
    add(
        "the CRL is of another CA",
        Reason.CRL_MISSING,
        good().withTls(crl(TestCrl.of(TestPki.ca("Other CA")))),
        "the CA's own CRL",
        current);
    Issued middle = TestPki.authority("Issuing CA").issuer(CA).issue();
    Setup below = Setup.of(showing(TestPki.server(NAME).issuer(middle)), CA);
    add(
        "the CRL of the intermediate is signed by another key",
        Reason.CRL_UNUSABLE,
        below.withTls(crl(TestCrl.of(CA), TestCrl.of(middle).signedBy(TestPki.ca("Issuing CA")))),
        "the CA's own CRL",
        below.withTls(crl(TestCrl.of(CA), TestCrl.of(middle))));
  }

  private static String[] crl(TestCrl... crls) {
    List<String> lines = new ArrayList<>(List.of(SERVER_NAME, "crl:"));
    for (TestCrl crl : crls) {
      lines.add("  - |");
      crl.pem().lines().forEach(line -> lines.add("    " + line));
    }
    return lines.toArray(String[]::new);
  }

  private void wrongPorts() {
    add(
        "cleartext HTTP on the TLS port",
        Reason.PLAINTEXT_ON_TLS_PORT,
        good().with(plain(UpstreamFaults::answerInCleartext)),
        "endpoint at the TLS port",
        good());
    Peer.Maker cleartext =
        (folder, version) -> new Peer.Recording(RecordingOrigin.cleartext().start());
    add(
        "cleartext is meant",
        Reason.PLAINTEXT_ON_TLS_PORT,
        good().with(plain(UpstreamFaults::answerInCleartext)),
        "offload route",
        good().with(cleartext).offload());
    add(
        "another protocol on the TLS port",
        Reason.PLAINTEXT_ON_TLS_PORT,
        good().with(plain(connection -> {
          connection.send("220 mail.test ESMTP\r\n");
          connection.awaitEnd();
        })),
        "endpoint at the TLS port",
        good());
    add(
        "TLS on an offload route",
        Reason.TLS_ON_CLEARTEXT_PORT,
        good().offload(),
        "reencrypt route with destinationCA",
        good());
  }

  private static void answerInCleartext(OriginConnection connection) throws IOException {
    connection.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    connection.awaitEnd();
  }

  private void endings() {
    String repaired = "upstream repaired";
    add(
        "an alert: internal_error",
        Reason.ALERT_RECEIVED,
        good().with(plain(connection -> {
          connection.send(new byte[] {21, 3, 3, 0, 2, 2, 80});
          connection.awaitEnd();
        })),
        repaired,
        good());
    add(
        "it stalls after the ClientHello",
        Reason.HANDSHAKE_TIMED_OUT,
        good().with(plain(OriginConnection::awaitEnd)).timeouts("upstreamHandshake: 200ms"),
        repaired,
        good());
    add(
        "it resets the connection",
        Reason.CLOSED_IN_HANDSHAKE,
        good().with(plain(OriginConnection::reset)),
        repaired,
        good());
    add(
        "it closes without a word",
        Reason.CLOSED_IN_HANDSHAKE,
        good().with(plain(OriginConnection::close)),
        repaired,
        good());
    add(
        "it breaks off within its ServerHello",
        Reason.CLOSED_IN_HANDSHAKE,
        good().with(plain(connection -> {
          connection.send(new byte[] {22, 3, 3, 0, 50, 2});
          connection.close();
        })),
        repaired,
        good());
  }
}
