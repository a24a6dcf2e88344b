package io.reseal.core.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reseal.config.TlsVersions;
import io.reseal.config.TrustAnchors;
import io.reseal.config.UpstreamTls;
import io.reseal.core.failure.TlsVerdict;
import io.reseal.core.failure.TlsVerdict.Fact;
import io.reseal.core.failure.TlsVerdict.Reason;
import io.reseal.testkit.TestPki;
import io.reseal.testkit.TestPki.Issued;
import io.reseal.testkit.TestPki.Request;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Verdicts on chains, without sockets. */
final class UpstreamVerifierTest {
  private static final String NAME = "shop.example.com";
  private static final Issued ROOT = TestPki.ca("Root");
  private static final Issued INTERMEDIATE =
      TestPki.authority("Test Intermediate").issuer(ROOT).issue();

  private static Request leaf() {
    return TestPki.server(NAME).issuer(ROOT);
  }

  private static @Nullable TlsVerdict judge(Issued presented, Issued... trusted) {
    return judge(presented.chain(), List.of(NAME), trusted);
  }

  private static @Nullable TlsVerdict judge(
      List<X509Certificate> presented, List<String> accepted, Issued... trusted) {
    return verifier(InstantSource.system(), /* commonNameFallback= */ false, trusted)
        .judge(presented, accepted);
  }

  private static UpstreamVerifier verifier(
      InstantSource clock, boolean commonNameFallback, Issued... trusted) {
    List<X509Certificate> anchors =
        Arrays.stream(trusted).map(Issued::certificate).toList();
    UpstreamTls policy = new UpstreamTls(
        new TrustAnchors.SystemStore(),
        new UpstreamTls.ServerNameSent.EndpointName(),
        List.of(),
        commonNameFallback,
        TlsVersions.MODERN);
    return new UpstreamVerifier(AnchorSet.of(anchors, "test"), policy, clock);
  }

  private static TlsVerdict assertReason(@Nullable TlsVerdict verdict, Reason reason) {
    if (verdict == null) {
      throw new AssertionError("accepted, and not refused with " + reason);
    }
    assertThat(verdict.reason()).as(verdict.detail()).isEqualTo(reason);
    assertThat(verdict.detail()).isNotBlank();
    assertThat(verdict.advice()).isNotBlank();
    assertThat(verdict.facts())
        .extracting(Fact::name)
        .contains(
            "presented names",
            "accepted names",
            "issuer",
            "configured CA",
            "valid until",
            "fingerprint SHA-256");
    return verdict;
  }

  @Test
  void acceptsAGoodChain() {
    assertThat(judge(leaf().issue(), ROOT)).isNull();
    assertThat(judge(TestPki.server(NAME).issuer(INTERMEDIATE).issue(), ROOT)).isNull();
  }

  @Test
  void acceptsShuffledChainsWithStrangersAmongThem() {
    Issued lower = TestPki.authority("Lower").issuer(INTERMEDIATE).issue();
    Issued server = TestPki.server(NAME).issuer(lower).issue();
    Issued stranger = TestPki.ca("Stranger");
    List<X509Certificate> above = List.of(
        INTERMEDIATE.certificate(),
        lower.certificate(),
        stranger.certificate(),
        ROOT.certificate(),
        lower.certificate());
    List<X509Certificate> chain = new java.util.ArrayList<>(above);
    Collections.reverse(chain);
    chain.addFirst(server.certificate());
    assertThat(judge(chain, List.of(NAME), ROOT)).isNull();
    chain.removeFirst();
    chain.addFirst(server.certificate());
    assertThat(judge(chain, List.of(NAME), ROOT)).isNull();
  }

  @Test
  void acceptsAnIntermediateAsAnchor() {
    Issued server = TestPki.server(NAME).issuer(INTERMEDIATE).issue();
    assertThat(judge(server, INTERMEDIATE)).isNull();
  }

  @Test
  void acceptsAnAnchorAmongOthersOfTheSameName() {
    Issued older = TestPki.ca("Root");
    assertThat(judge(leaf().issue(), older, ROOT)).isNull();
  }

  @Test
  void findsTheGoodPathBesideABadOne() {
    Issued expiredTwin = TestPki.authority("Twin")
        .issuer(ROOT)
        .validUntil(Instant.parse("2021-01-01T00:00:00Z"))
        .validFrom(Instant.parse("2020-01-01T00:00:00Z"))
        .issue();
    Issued freshTwin =
        TestPki.authority("Twin").keys(expiredTwin.keys()).issuer(ROOT).issue();
    Issued server = TestPki.server(NAME).issuer(freshTwin).issue();
    Issued presented =
        server.presenting(server.certificate(), expiredTwin.certificate(), freshTwin.certificate());
    assertThat(judge(presented, ROOT)).isNull();
  }

  @Test
  void acceptsASelfSignedLeafThatIsInTheBundle() {
    Issued self = TestPki.server(NAME).issue();
    assertThat(judge(self, ROOT, self)).isNull();
    assertReason(judge(self, ROOT), Reason.SELF_SIGNED);
    assertReason(judge(self.chain(), List.of("other.example.com"), self), Reason.NAME_MISMATCH);
  }

  @Test
  void acceptsVersion1AndSerial0() {
    Issued server = TestPki.server(NAME).issuer(ROOT).serial(0).issue();
    assertThat(judge(server, ROOT)).isNull();
    Issued old = TestPki.commonNameOnly(NAME).issuer(ROOT).version1().serial(0).issue();
    assertReason(judge(old, ROOT), Reason.COMMON_NAME_ONLY);
    assertThat(verifier(InstantSource.system(), /* commonNameFallback= */ true, ROOT)
            .judge(old.chain(), List.of(NAME)))
        .isNull();
  }

  @Test
  void acceptsAVersion1RootWithinItsTime() {
    Issued root = TestPki.commonNameOnly("Old Root").version1().issue();
    assertThat(judge(TestPki.server(NAME).issuer(root).issue(), root)).isNull();
  }

  @Test
  void refusesToTheSecond() {
    Instant from = Instant.parse("2026-01-01T00:00:00Z");
    Instant until = Instant.parse("2026-02-01T00:00:00Z");
    Issued root = TestPki.authority("R")
        .validFrom(Instant.parse("2020-01-01T00:00:00Z"))
        .validUntil(Instant.parse("2040-01-01T00:00:00Z"))
        .issue();
    Issued server =
        TestPki.server(NAME).issuer(root).validFrom(from).validUntil(until).issue();
    assertReason(judgeAt(from.minusSeconds(1), server, root), Reason.NOT_YET_VALID);
    assertThat(judgeAt(from, server, root)).isNull();
    assertThat(judgeAt(until, server, root)).isNull();
    assertReason(judgeAt(until.plusSeconds(1), server, root), Reason.EXPIRED);
    assertReason(judgeAt(until.plusSeconds(1), server, server), Reason.EXPIRED);
  }

  private static @Nullable TlsVerdict judgeAt(Instant now, Issued server, Issued root) {
    return verifier(InstantSource.fixed(now), /* commonNameFallback= */ false, root)
        .judge(server.chain(), List.of(NAME));
  }

  @Test
  void namesTheIntermediateOrRootThatExpired() {
    Instant past = Instant.parse("2020-01-01T00:00:00Z");
    Issued stale = TestPki.authority("Stale")
        .issuer(ROOT)
        .validFrom(past)
        .validUntil(past.plusSeconds(1))
        .issue();
    TlsVerdict verdict =
        assertReason(judge(TestPki.server(NAME).issuer(stale).issue(), ROOT), Reason.EXPIRED);
    assertThat(verdict.detail())
        .contains("CA certificate CN=Stale")
        .contains("2020-01-01T00:00:01Z");

    Issued oldRoot =
        TestPki.authority("Old").validFrom(past).validUntil(past.plusSeconds(1)).issue();
    assertReason(judge(TestPki.server(NAME).issuer(oldRoot).issue(), oldRoot), Reason.EXPIRED);
    Issued oldVersion1 = TestPki.commonNameOnly("V1")
        .version1()
        .validFrom(past)
        .validUntil(past.plusSeconds(1))
        .issue();
    assertReason(
        judge(TestPki.server(NAME).issuer(oldVersion1).issue(), oldVersion1), Reason.EXPIRED);
  }

  @Test
  void saysWhichNamesWereThereAndWanted() {
    TlsVerdict verdict = assertReason(
        judge(TestPki.server("a.example.com").ip("10.0.0.7").issuer(ROOT).issue(), ROOT),
        Reason.NAME_MISMATCH);
    assertThat(verdict.detail()).contains("a.example.com, 10.0.0.7").contains(NAME);
    assertThat(verdict.advice()).contains("DNS:" + NAME);
  }

  @Test
  void mendsACommonNameByACommand() {
    TlsVerdict verdict = assertReason(
        judge(TestPki.commonNameOnly(NAME).issuer(ROOT).issue(), ROOT), Reason.COMMON_NAME_ONLY);
    assertThat(verdict.advice())
        .contains("-addext \"subjectAltName=DNS:" + NAME + "\"")
        .contains("-copy_extensions copy")
        .contains("commonNameFallback: true");
  }

  @Test
  void putsNothingIntoCommandsThatAShellWouldRun() {
    String hostile = "$(reboot).example.com";
    Issued server = TestPki.server("a.example.com").issuer(ROOT).issue();
    TlsVerdict verdict =
        assertReason(judge(server.chain(), List.of(hostile), ROOT), Reason.NAME_MISMATCH);
    assertThat(verdict.advice()).doesNotContain("reboot").contains("DNS:NAME");
    Issued commonName = TestPki.commonNameOnly(hostile).issuer(ROOT).issue();
    assertThat(
            assertReason(judge(commonName.chain(), List.of(hostile), ROOT), Reason.COMMON_NAME_ONLY)
                .advice())
        .doesNotContain("reboot");
  }

  @Test
  void fallsBackToTheCommonNameOnlyWithoutAnyAlternativeName() {
    UpstreamVerifier lenient =
        verifier(InstantSource.system(), /* commonNameFallback= */ true, ROOT);
    Issued only = TestPki.commonNameOnly(NAME).issuer(ROOT).issue();
    assertThat(lenient.judge(only.chain(), List.of(NAME))).isNull();
    assertReason(lenient.judge(only.chain(), List.of("x.example.com")), Reason.NAME_MISMATCH);
    Issued withSan =
        TestPki.server("a.example.com").subject("CN=" + NAME).issuer(ROOT).issue();
    assertReason(lenient.judge(withSan.chain(), List.of(NAME)), Reason.NAME_MISMATCH);
    Issued address = TestPki.commonNameOnly("10.0.0.7").issuer(ROOT).issue();
    assertReason(lenient.judge(address.chain(), List.of("10.0.0.7")), Reason.NAME_MISMATCH);
  }

  @ParameterizedTest
  @CsvSource({
    "shop.example.com, shop.example.com, true",
    "SHOP.Example.COM, shop.example.com, true",
    "*.example.com, shop.example.com, true",
    "*.example.com, a.shop.example.com, false",
    "*.example.com, example.com, false",
    "*.com, example.com, false",
    "*.svc, shop.svc, false",
    "*, shop, false",
    "*, shop.example.com, false",
    "*.*.com, shop.example.com, false",
    "s*.example.com, shop.example.com, false",
    "shop.*.com, shop.example.com, false",
    "*hop.example.com, shop.example.com, false",
    "10.0.0.7, 10.0.0.7, false",
    "*.0.0.7, 10.0.0.7, false",
    "shop.example.com.evil.example, shop.example.com, false"
  })
  void matchesDnsNamesByTheRules(String presented, String accepted, boolean matches) {
    Issued server = TestPki.server(presented).issuer(ROOT).issue();
    TlsVerdict verdict = judge(server.chain(), List.of(accepted), ROOT);
    if (matches) {
      assertThat(verdict).isNull();
    } else {
      assertReason(verdict, Reason.NAME_MISMATCH);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.7, 10.0.0.7, true",
    "10.0.0.7, 10.0.0.8, false",
    "2001:db8::7, 2001:db8:0:0:0:0:0:7, true",
    "2001:db8::7, 2001:db8::8, false",
    "10.0.0.7, shop.example.com, false",
  })
  void matchesAddressesByTheirBytes(String presented, String accepted, boolean matches) {
    Issued server = TestPki.server("x.example.com").ip(presented).issuer(ROOT).issue();
    TlsVerdict verdict = judge(server.chain(), List.of(accepted), ROOT);
    assertThat(verdict == null).isEqualTo(matches);
  }

  @Test
  void distinguishesWhyNoPathLeadsToTheCa() {
    Issued other = TestPki.ca("Other");
    assertReason(judge(TestPki.server(NAME).issuer(other).issue(), ROOT), Reason.UNKNOWN_ISSUER);
    Issued below = TestPki.authority("Test Intermediate").issuer(other).issue();
    assertReason(judge(TestPki.server(NAME).issuer(below).issue(), ROOT), Reason.UNKNOWN_ISSUER);

    Issued twin = TestPki.ca("Root");
    TlsVerdict verdict = assertReason(
        judge(TestPki.server(NAME).issuer(twin).issue(), ROOT), Reason.SAME_NAME_OTHER_KEY);

    Issued server = TestPki.server(NAME).issuer(INTERMEDIATE).issue();
    assertReason(judge(server.presenting(server.certificate()), ROOT), Reason.MISSING_INTERMEDIATE);
    Issued linked = TestPki.server(NAME)
        .issuer(TestPki.authority("Below").issuer(ROOT).issue())
        .issuerUrl("http://ca.example/below.crt")
        .issue();
    assertReason(judge(linked.presenting(linked.certificate()), ROOT), Reason.MISSING_INTERMEDIATE);
  }

  @Test
  void refusesAForgedIssuer() {
    Issued mallory = TestPki.ca("Mallory");
    Issued forged = TestPki.server(NAME).issuer(mallory).issuerName("CN=Root").issue();
    Issued presented = forged.presenting(forged.certificate(), ROOT.certificate());
    assertReason(judge(presented, ROOT), Reason.SAME_NAME_OTHER_KEY);
  }

  @Test
  void refusesALeafAsCa() {
    Issued innocent = TestPki.server("innocent.example.com").issuer(ROOT).issue();
    assertReason(judge(TestPki.server(NAME).issuer(innocent).issue(), ROOT), Reason.NOT_A_CA);
    Issued pinned = TestPki.server("pinned.example.com").issue();
    assertReason(judge(TestPki.server(NAME).issuer(pinned).issue(), pinned), Reason.NOT_A_CA);
    assertReason(judge(TestPki.server(NAME).issuer(innocent).issue(), innocent), Reason.NOT_A_CA);
  }

  @Test
  void refusesACaThatMayNotSign() {
    Issued mute = TestPki.authority("Mute")
        .issuer(ROOT)
        .keyUsage(KeyUsage.digitalSignature)
        .issue();
    assertReason(judge(TestPki.server(NAME).issuer(mute).issue(), ROOT), Reason.NOT_A_CA);
    Issued muteRoot = TestPki.authority("Mute root").keyUsage(KeyUsage.cRLSign).issue();
    assertReason(judge(TestPki.server(NAME).issuer(muteRoot).issue(), muteRoot), Reason.NOT_A_CA);
  }

  @Test
  void refusesAPathThatIsTooLong() {
    Issued last = TestPki.authority("Last").issuer(ROOT).pathLength(0).issue();
    assertThat(judge(TestPki.server(NAME).issuer(last).issue(), ROOT)).isNull();
    Issued beyond = TestPki.authority("Beyond").issuer(last).issue();
    Issued server = TestPki.server(NAME).issuer(beyond).issue();
    assertReason(judge(server, ROOT), Reason.PATH_TOO_LONG);
    assertReason(judge(server, last), Reason.PATH_TOO_LONG);
    Issued shortRoot = TestPki.authority("Short root").pathLength(0).issue();
    Issued middle = TestPki.authority("Middle").issuer(shortRoot).issue();
    assertReason(
        judge(TestPki.server(NAME).issuer(middle).issue(), shortRoot), Reason.PATH_TOO_LONG);
  }

  @Test
  void appliesNameConstraintsOfIntermediatesAndRoots() {
    Issued permitted =
        TestPki.authority("Permitted").issuer(ROOT).permitDns("other.com").issue();
    assertReason(
        judge(TestPki.server(NAME).issuer(permitted).issue(), ROOT), Reason.NAME_CONSTRAINTS);
    Issued excluding =
        TestPki.authority("Excluding").excludeDns("shop.example.com").issue();
    assertReason(
        judge(TestPki.server(NAME).issuer(excluding).issue(), excluding), Reason.NAME_CONSTRAINTS);
    Issued allowing = TestPki.authority("Allowing").permitDns("example.com").issue();
    assertThat(judge(TestPki.server(NAME).issuer(allowing).issue(), allowing)).isNull();
    assertReason(
        judge(TestPki.server(NAME).issuer(permitted).issue(), permitted), Reason.NAME_CONSTRAINTS);
  }

  @Test
  void refusesAWildcardThatCoversAnExcludedName() {
    Issued excluding =
        TestPki.authority("Excluding").excludeDns("shop.example.com").issue();
    Issued server = TestPki.server("*.example.com").issuer(excluding).issue();
    assertReason(judge(server, excluding), Reason.NAME_CONSTRAINTS);
    assertThat(judge(server.chain(), List.of("other.example.com"), excluding)).isNull();
  }

  @Test
  void wantsTheServerPurpose() {
    assertThat(judge(leaf().purposes(TestPki.SERVER_AUTH).issue(), ROOT)).isNull();
    assertThat(judge(leaf().purposes(TestPki.ANY_PURPOSE).issue(), ROOT)).isNull();
    assertThat(judge(leaf().purposes(TestPki.CLIENT_AUTH, TestPki.SERVER_AUTH).issue(), ROOT))
        .isNull();
    assertReason(judge(leaf().purposes(TestPki.CLIENT_AUTH).issue(), ROOT), Reason.WRONG_USAGE);
    assertReason(
        judge(leaf().purposes(TestPki.EMAIL_PROTECTION).issue(), ROOT), Reason.WRONG_USAGE);
    assertReason(judge(leaf().keyUsage(KeyUsage.keyAgreement).issue(), ROOT), Reason.WRONG_USAGE);
    Issued mailCa = TestPki.authority("Mail")
        .issuer(ROOT)
        .purposes(TestPki.EMAIL_PROTECTION)
        .issue();
    assertReason(judge(TestPki.server(NAME).issuer(mailCa).issue(), ROOT), Reason.WRONG_USAGE);
  }

  @Test
  void refusesWeakKeys() {
    TlsVerdict verdict =
        assertReason(judge(leaf().keys(TestPki.weakRsa()).issue(), ROOT), Reason.WEAK_KEY);
    assertThat(verdict.detail()).contains("RSA 1024");
    assertThat(judge(leaf().keys(TestPki.rsa()).issue(), ROOT)).isNull();
    Issued weakCa = TestPki.authority("Weak").keys(TestPki.weakRsa()).issue();
    assertReason(judge(TestPki.server(NAME).issuer(weakCa).issue(), weakCa), Reason.WEAK_KEY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"SHA1", "MD5"})
  void refusesWeakSignaturesBelowTheAnchor(String digest) {
    Issued rsaRoot =
        TestPki.authority("RSA root").keys(TestPki.rsa()).digest(digest).issue();
    TlsVerdict verdict = assertReason(
        judge(TestPki.server(NAME).issuer(rsaRoot).digest(digest).issue(), rsaRoot),
        Reason.WEAK_SIGNATURE);
    assertThat(judge(TestPki.server(NAME).issuer(rsaRoot).issue(), rsaRoot))
        .as("how a root signed itself does not matter")
        .isNull();
  }

  @Test
  void refusesUnknownCriticalExtensions() {
    assertReason(
        judge(leaf().unknownCriticalExtension().issue(), ROOT), Reason.UNKNOWN_CRITICAL_EXTENSION);
    Issued odd =
        TestPki.authority("Odd").issuer(ROOT).unknownCriticalExtension().issue();
    assertReason(
        judge(TestPki.server(NAME).issuer(odd).issue(), ROOT), Reason.UNKNOWN_CRITICAL_EXTENSION);
  }

  @Test
  void staysWithinBoundsOnHugeChains() {
    Issued above = ROOT;
    for (int i = 0; i < 30; i++) {
      above = TestPki.authority("Step " + i).issuer(above).issue();
    }
    Issued server = TestPki.server(NAME).issuer(above).issue();
    assertThat(judge(server, ROOT)).isNotNull();
    List<X509Certificate> many = Collections.nCopies(1_000, server.certificate());
    assertThat(judge(many, List.of(NAME), ROOT))
        .extracting(TlsVerdict::reason)
        .isEqualTo(Reason.CERTIFICATE_REJECTED);
  }

  @Test
  void showsFewOfManyNames() {
    String[] names = new String[2_000];
    Arrays.setAll(names, i -> "host" + i + ".example.com");
    TlsVerdict verdict =
        assertReason(judge(TestPki.server(names).issuer(ROOT).issue(), ROOT), Reason.NAME_MISMATCH);
    assertThat(verdict.detail()).hasSizeLessThan(1_000);
    assertThat(judge(
            TestPki.server(names).issuer(ROOT).issue().chain(),
            List.of("host1999.example.com"),
            ROOT))
        .isNull();
  }

  @Test
  void refusesEveryMutationWithoutThrowing() throws CertificateException {
    X509Certificate original = leaf().issue().certificate();
    byte[] good = original.getEncoded();
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    Random random = new Random(7);
    for (int round = 0; round < 2_000; round++) {
      byte[] mutated = good.clone();
      mutated[random.nextInt(mutated.length)] ^= (byte) (1 + random.nextInt(255));
      X509Certificate certificate;
      try {
        certificate =
            (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(mutated));
      } catch (CertificateException unreadable) {
        continue;
      }
      if (saysTheSame(certificate, original)) {
        continue;
      }
      assertThat(judge(List.of(certificate), List.of(NAME), ROOT)).isNotNull();
    }
  }

  /**
   * Whether content and signature are equal. DER counts the unused bits of the signature's last
   * octet; where those are zero, a changed count leaves the signature as it is.
   */
  private static boolean saysTheSame(X509Certificate one, X509Certificate other)
      throws CertificateException {
    return Arrays.equals(one.getTBSCertificate(), other.getTBSCertificate())
        && Arrays.equals(one.getSignature(), other.getSignature());
  }

  @Test
  void refusesCallsThatBringNoConnection() {
    UpstreamVerifier verifier =
        verifier(InstantSource.system(), /* commonNameFallback= */ false, ROOT);
    X509Certificate[] chain = leaf().issue().chain().toArray(X509Certificate[]::new);
    assertThatThrownBy(() -> verifier.checkServerTrusted(chain, "ECDHE_ECDSA"))
        .isInstanceOf(CertificateException.class);
  }
}
