package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.HostPort;
import io.reseal.config.KeyPairMaterial;
import io.reseal.config.TlsVersions;
import io.reseal.config.TrustAnchors;
import io.reseal.config.UpstreamTls;
import io.reseal.config.UpstreamTls.ServerNameSent;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.H2RawClient;
import io.reseal.testkit.OriginConnection;
import io.reseal.testkit.ProxyFixture;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.RecordingOrigin;
import io.reseal.testkit.Reply;
import io.reseal.testkit.TestPki;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An upstream whose certificate is not exactly right gets nothing of a request, and the client
 * learns the exact reason.
 */
final class VerificationTest {
  private static final TestPki.Issued CA = Certificates.DESTINATION.authority();
  private static final String GET =
      "GET /secret HTTP/1.1\r\nHost: a.test\r\nAuthorization: Basic c2VjcmV0\r\n\r\n";

  private static ProxyFixture proxy(RecordingOrigin origin, UpstreamTls tls) {
    return new ProxySetup()
        .identity("front", "a.test")
        .reencrypt("a.test", "origin")
        .upstream("origin", tls, origin.endpoint())
        .start();
  }

  private static UpstreamTls trust(TrustAnchors anchors, String... acceptedNames) {
    return new UpstreamTls(
        anchors,
        new ServerNameSent.Fixed("upstream.test"),
        List.of(acceptedNames),
        false,
        TlsVersions.MODERN);
  }

  static Stream<Arguments> wrongCertificates() {
    Instant now = Instant.now();
    TestPki.Issued other = TestPki.ca("Other CA");
    TestPki.Issued impostor = TestPki.authority("Destination CA").issue();
    TestPki.Issued middle = TestPki.authority("Middle CA").issuer(CA).issue();
    TestPki.Issued below = TestPki.server("upstream.test").issuer(middle).issue();
    return Stream.of(
        wrong("another name", TestPki.server("other.test").issuer(CA), "name_mismatch"),
        wrong("a longer name", TestPki.server("x.upstream.test").issuer(CA), "name_mismatch"),
        wrong("a wildcard too high", TestPki.server("*.test.test").issuer(CA), "name_mismatch"),
        wrong("no name", TestPki.commonNameOnly("upstream.test").issuer(CA), "common_name_only"),
        wrong("another CA", TestPki.server("upstream.test").issuer(other), "unknown_issuer"),
        wrong(
            "a CA of the same name",
            TestPki.server("upstream.test").issuer(impostor),
            "same_name_other_key"),
        wrong("self-signed", TestPki.server("upstream.test"), "self_signed"),
        wrong(
            "expired",
            TestPki.server("upstream.test").issuer(CA).validUntil(now.minusSeconds(60)),
            "expired"),
        wrong(
            "not yet valid",
            TestPki.server("upstream.test").issuer(CA).validFrom(now.plus(Duration.ofHours(1))),
            "not_yet_valid"),
        wrong(
            "for clients only",
            TestPki.server("upstream.test").issuer(CA).purposes(TestPki.CLIENT_AUTH),
            "wrong_usage"),
        Arguments.of(
            "missing intermediate",
            below.presenting(below.certificate()).material(),
            "unknown_issuer"));
  }

  private static Arguments wrong(String name, TestPki.Request request, String reason) {
    return Arguments.of(name, request.issue().material(), reason);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongCertificates")
  void refusesAWrongCertificate(String name, KeyPairMaterial identity, String reason)
      throws Exception {
    for (String version : new String[] {"TLSv1.2", "TLSv1.3"}) {
      RecordingOrigin origin =
          RecordingOrigin.tls(identity).withVersions(version).start();
      try (origin;
          ProxyFixture proxy = proxy(origin, trust(CA.trusted()))) {
        try (RawClient client = proxy.client("a.test")) {
          requireVerdict(client.exchange(GET), reason);
          requireVerdict(client.exchange(GET), reason);
        }
        try (H2RawClient client = proxy.h2Client("a.test")) {
          requireVerdict(client.get("a.test", "/secret").complete(), reason);
        }
        assertThat(origin.receivedBytes())
            .as("bytes of requests at the upstream")
            .isZero();
        assertThat(origin.connections()).isNotEmpty();
        for (OriginConnection connection : origin.connections()) {
          connection.end();
          assertThat(connection.receivedBytes()).isZero();
        }
      }
    }
  }

  private static void requireVerdict(Reply reply, String reason) {
    assertThat(reply.status()).isEqualTo(502);
    String status = reply.fields().first("proxy-status");
    assertThat(status).contains("error=tls_certificate_error");
    assertThat(status + reply.bodyText()).contains(reason);
    assertThat(reply.toString()).doesNotContain("c2VjcmV0");
  }

  @Test
  void acceptsTheRightCertificate() throws IOException {
    RecordingOrigin origin = RecordingOrigin.tls(
            TestPki.server("upstream.test").issuer(CA).issue().material())
        .start();
    try (origin;
        ProxyFixture proxy = proxy(origin, trust(CA.trusted()));
        RawClient client = proxy.client("a.test")) {
      assertThat(client.exchange(GET).status()).isEqualTo(200);
      assertThat(origin.lastConnection().serverName()).isEqualTo("upstream.test");
    }
  }

  @Test
  void acceptsAChainThroughAnIntermediate() throws IOException {
    TestPki.Issued middle = TestPki.authority("Middle CA").issuer(CA).issue();
    RecordingOrigin origin = RecordingOrigin.tls(
            TestPki.server("upstream.test").issuer(middle).issue().material())
        .start();
    try (origin;
        ProxyFixture proxy = proxy(origin, trust(CA.trusted()));
        RawClient client = proxy.client("a.test")) {
      assertThat(client.exchange(GET).status()).isEqualTo(200);
    }
  }

  @Test
  void acceptsOnlyTheAcceptedNames() throws IOException {
    RecordingOrigin origin = RecordingOrigin.tls(
            TestPki.server("inner.test", "upstream.test").issuer(CA).issue().material())
        .start();
    try (origin) {
      try (ProxyFixture proxy = proxy(origin, trust(CA.trusted(), "inner.test"));
          RawClient client = proxy.client("a.test")) {
        assertThat(client.exchange(GET).status()).isEqualTo(200);
      }
      try (ProxyFixture proxy = proxy(origin, trust(CA.trusted(), "wanted.test"));
          RawClient client = proxy.client("a.test")) {
        requireVerdict(client.exchange(GET), "name_mismatch");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void wantsTheAddressOfAnEndpointByAddress(boolean right) throws IOException {
    KeyPairMaterial identity = TestPki.server("upstream.test")
        .ip(right ? "127.0.0.1" : "127.0.0.2")
        .issuer(CA)
        .issue()
        .material();
    RecordingOrigin origin = RecordingOrigin.tls(identity).start();
    try (origin;
        ProxyFixture proxy = proxy(origin, ProxySetup.verified());
        RawClient client = proxy.client("a.test")) {
      Reply reply = client.exchange(GET);
      if (right) {
        assertThat(reply.status()).isEqualTo(200);
        assertThat(origin.lastConnection().serverName()).isEmpty();
      } else {
        requireVerdict(reply, "name_mismatch");
        assertThat(origin.receivedBytes()).isZero();
      }
    }
  }

  @Test
  void sendsTheRequestsHostWhenAsked() throws IOException {
    UpstreamTls tls = new UpstreamTls(
        CA.trusted(), new ServerNameSent.RequestHost(), List.of(), false, TlsVersions.MODERN);
    RecordingOrigin origin = RecordingOrigin.tls(
            TestPki.server("a.test").issuer(CA).issue().material())
        .start();
    try (origin;
        ProxyFixture proxy = new ProxySetup()
            .identity("front", "a.test", "b.test")
            .reencrypt("a.test", "origin")
            .reencrypt("b.test", "origin")
            .upstream("origin", tls, origin.endpoint())
            .start()) {
      try (RawClient client = proxy.client("a.test")) {
        assertThat(client.exchange(GET).status()).isEqualTo(200);
        assertThat(origin.lastConnection().serverName()).isEqualTo("a.test");
      }
      try (RawClient client = proxy.client("b.test")) {
        requireVerdict(client.exchange("GET / HTTP/1.1\r\nHost: b.test\r\n\r\n"), "name_mismatch");
        assertThat(origin.requests()).hasSize(1);
      }
    }
  }

  @Test
  void acceptsACommonNameWhereThatIsConfigured() throws IOException {
    UpstreamTls tls = new UpstreamTls(
        CA.trusted(),
        new ServerNameSent.Fixed("upstream.test"),
        List.of(),
        true,
        TlsVersions.MODERN);
    RecordingOrigin origin = RecordingOrigin.tls(
            TestPki.commonNameOnly("upstream.test").issuer(CA).issue().material())
        .start();
    try (origin;
        ProxyFixture proxy = proxy(origin, tls);
        RawClient client = proxy.client("a.test")) {
      assertThat(client.exchange(GET).status()).isEqualTo(200);
    }
  }

  @Test
  void asksNobodyWhereVerificationIsSkipped() throws IOException {
    RecordingOrigin origin = RecordingOrigin.tls(TestPki.server("whoever.test")
            .validUntil(Instant.now().minusSeconds(60))
            .issue()
            .material())
        .start();
    try (origin;
        ProxyFixture proxy = proxy(origin, trust(new TrustAnchors.Unverified()));
        RawClient client = proxy.client("a.test")) {
      assertThat(client.exchange(GET).status()).isEqualTo(200);
    }
  }

  @Test
  void trustsNoPrivateCaByTheSystemStore() throws IOException {
    RecordingOrigin origin = RecordingOrigin.tls(
            TestPki.server("upstream.test").issuer(CA).issue().material())
        .start();
    try (origin;
        ProxyFixture proxy = proxy(origin, trust(new TrustAnchors.SystemStore()));
        RawClient client = proxy.client("a.test")) {
      requireVerdict(client.exchange(GET), "unknown_issuer");
      assertThat(origin.receivedBytes()).isZero();
    }
  }

  @Test
  void saysThatAnUpstreamSpeaksCleartext() throws IOException {
    RecordingOrigin origin = RecordingOrigin.cleartext()
        .withScript(connection -> {
          connection.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
          connection.awaitEnd();
        })
        .start();
    try (origin;
        ProxyFixture proxy = proxy(origin, trust(CA.trusted()));
        RawClient client = proxy.client("a.test")) {
      Reply reply = client.exchange(GET);
      assertThat(reply.status()).isEqualTo(502);
      assertThat(reply.fields().first("proxy-status")).contains("error=tls_protocol_error");
      assertThat(reply.fields().first("proxy-status") + reply.bodyText())
          .contains("plaintext_on_tls_port");
      assertThat(origin.lastConnection().receivedText()).doesNotContain("GET", "secret");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"})
  void neverTakesBytesBeforeTheHandshakeForAResponse(String bytes) throws IOException {
    RecordingOrigin origin = RecordingOrigin.cleartext()
        .withScript(connection -> {
          connection.send(bytes);
          connection.awaitEnd();
        })
        .start();
    try (origin;
        ProxyFixture proxy = proxy(origin, trust(new TrustAnchors.Unverified()));
        RawClient client = proxy.client("a.test")) {
      Reply reply = client.exchange(GET);
      assertThat(reply.status()).isEqualTo(502);
      assertThat(reply.bodyText()).doesNotContain("evil");
    }
  }

  @Test
  void refusesAnUpstreamOfAnOldVersion() throws IOException {
    UpstreamTls modern = new UpstreamTls(
        CA.trusted(),
        new ServerNameSent.Fixed("upstream.test"),
        List.of(),
        false,
        new TlsVersions(false, true));
    RecordingOrigin origin = RecordingOrigin.tls(
            TestPki.server("upstream.test").issuer(CA).issue().material())
        .withVersions("TLSv1.2")
        .start();
    try (origin;
        ProxyFixture proxy = proxy(origin, modern);
        RawClient client = proxy.client("a.test")) {
      Reply reply = client.exchange(GET);
      assertThat(reply.status()).isEqualTo(502);
      assertThat(reply.fields().first("proxy-status")).contains("error=tls_");
    }
  }

  @Test
  void verifiesEveryEndpointOfAnUpstream() throws IOException {
    RecordingOrigin good = RecordingOrigin.tls(
            TestPki.server("upstream.test").issuer(CA).issue().material())
        .start();
    RecordingOrigin bad = RecordingOrigin.tls(
            TestPki.server("other.test").issuer(CA).issue().material())
        .start();
    HostPort[] endpoints = {good.endpoint(), bad.endpoint()};
    try (good;
        bad;
        ProxyFixture proxy = new ProxySetup()
            .identity("front", "a.test")
            .reencrypt("a.test", "origin")
            .upstream("origin", trust(CA.trusted()), endpoints)
            .start();
        RawClient client = proxy.client("a.test")) {
      for (int i = 0; i < 6; i++) {
        assertThat(client.exchange(GET).status()).isIn(200, 502);
      }
      assertThat(bad.receivedBytes()).isZero();
      assertThat(good.requests()).isNotEmpty();
    }
  }
}
