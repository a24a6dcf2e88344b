package io.reseal.core.tls;

import static io.reseal.core.tls.TlsWorld.ENDPOINT;
import static io.reseal.core.tls.TlsWorld.asking;
import static io.reseal.core.tls.TlsWorld.serving;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.ReferenceCounted;
import io.reseal.config.ClientIdentity;
import io.reseal.config.HostPort;
import io.reseal.config.RuntimeSettings.TlsProvider;
import io.reseal.config.Timeouts;
import io.reseal.config.TlsVersions;
import io.reseal.config.TrustAnchors;
import io.reseal.config.UpstreamTls;
import io.reseal.core.failure.TlsVerdict;
import io.reseal.core.failure.TlsVerdict.Reason;
import io.reseal.core.tls.TlsPair.Outcome;
import io.reseal.testkit.TestCrl;
import io.reseal.testkit.TestPki;
import io.reseal.testkit.TestPki.Issued;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Handshakes with an upstream, in every combination of providers and versions. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class UpstreamHandshakeTest {
  private final TlsPair pair = new TlsPair();
  private final Issued ca = TestPki.ca("Test CA");
  private final Issued good =
      TestPki.server("shop.example", "other.example").issuer(ca).issue();

  @AfterAll
  void close() {
    pair.close();
  }

  static Stream<Arguments> combinations() {
    return Stream.of(TlsProvider.BORINGSSL, TlsProvider.JDK)
        .flatMap(client -> Stream.of(TlsProvider.BORINGSSL, TlsProvider.JDK)
            .flatMap(server -> Stream.of(TlsWorld.TLS_1_2, TlsWorld.TLS_1_3)
                .map(versions -> Arguments.of(client, server, versions))));
  }

  @ParameterizedTest
  @MethodSource("combinations")
  void resumesOnlyUnderTheNamesThatWereVerified(
      TlsProvider clientProvider, TlsProvider serverProvider, TlsVersions versions) {
    CountingClock verifications = new CountingClock();
    ServerContexts server = TlsWorld.server(serverProvider, versions, good);
    UpstreamTlsContext client =
        TlsWorld.client(clientProvider, versions, ca.trusted(), verifications);

    Outcome first = pair.handshake(serving(server), asking(client, "shop.example"));
    assertThat(first.client().negotiated().protocol())
        .isEqualTo(versions.protocolNames().getFirst());
    assertThat(first.client().negotiated().applicationProtocol()).isEqualTo("http/1.1");
    assertThat(first.client().received()).isEqualTo(1);
    assertThat(verifications.count()).isEqualTo(1);

    Outcome second = pair.handshake(serving(server), asking(client, "shop.example"));
    assertThat(second.client().received()).isEqualTo(1);
    assertThat(verifications.count()).as("the second is resumed").isEqualTo(1);
    if (clientProvider == TlsProvider.BORINGSSL) {
      assertThat(second.client().negotiated().resumed()).isTrue();
    }
    if (serverProvider == TlsProvider.BORINGSSL) {
      assertThat(second.server().negotiated().resumed()).isTrue();
    }

    Outcome other = pair.handshake(serving(server), asking(client, "other.example"));
    assertThat(other.client().received()).isEqualTo(1);
    assertThat(verifications.count()).as("another name is verified anew").isEqualTo(2);

    // The same server name, as one shared address would see it, but another accepted name.
    Outcome wrong = pair.handshake(
        serving(server),
        alloc -> client.newHandler(alloc, ENDPOINT, "shop.example", List.of("wrong.example")));
    assertThat(HandshakeVerdicts.upstream(wrong.clientFailure()).reason())
        .isEqualTo(Reason.NAME_MISMATCH);
    assertThat(wrong.server().received()).isZero();
    release(server, client);
  }

  @ParameterizedTest
  @MethodSource("combinations")
  void refusesTheWrongCaTheFirstTimeAndEveryTime(
      TlsProvider clientProvider, TlsProvider serverProvider, TlsVersions versions) {
    ServerContexts server = TlsWorld.server(serverProvider, versions, good);
    UpstreamTlsContext right = TlsWorld.client(clientProvider, versions, ca.trusted());
    UpstreamTlsContext wrong =
        TlsWorld.client(clientProvider, versions, TestPki.ca("Another CA").trusted());
    UpstreamTlsContext system =
        TlsWorld.client(clientProvider, versions, new TrustAnchors.SystemStore());

    assertThat(pair.handshake(serving(server), asking(right, "shop.example"))
            .client()
            .failure())
        .isNull();
    for (int attempt = 0; attempt < 2; attempt++) {
      for (UpstreamTlsContext client : List.of(wrong, system)) {
        Outcome outcome = pair.handshake(serving(server), asking(client, "shop.example"));
        TlsVerdict verdict = HandshakeVerdicts.upstream(outcome.clientFailure());
        assertThat(verdict.reason()).isEqualTo(Reason.UNKNOWN_ISSUER);
        assertThat(verdict.detail()).contains("CN=Test CA");
        assertThat(outcome.server().received()).isZero();
      }
    }
    release(server, right);
    wrong.release();
    system.release();
  }

  @ParameterizedTest
  @MethodSource("combinations")
  void acceptsNothingWhereNoNameIsAccepted(
      TlsProvider clientProvider, TlsProvider serverProvider, TlsVersions versions) {
    ServerContexts server = TlsWorld.server(serverProvider, versions, good);
    UpstreamTlsContext client = TlsWorld.client(clientProvider, versions, ca.trusted());

    for (List<String> accepted : List.of(List.<String>of(), List.of("a|b"), List.of("a,b"))) {
      Outcome outcome = pair.handshake(
          serving(server), alloc -> client.newHandler(alloc, ENDPOINT, "shop.example", accepted));
      assertThat(HandshakeVerdicts.upstream(outcome.clientFailure()).reason())
          .isEqualTo(Reason.NAME_MISMATCH);
    }
    release(server, client);
  }

  @ParameterizedTest
  @MethodSource("combinations")
  void tellsTheUpstreamWhyByTheAlert(
      TlsProvider clientProvider, TlsProvider serverProvider, TlsVersions versions) {
    Issued expired = TestPki.server("shop.example")
        .issuer(ca)
        .validFrom(Instant.parse("2020-01-01T00:00:00Z"))
        .validUntil(Instant.parse("2021-01-01T00:00:00Z"))
        .issue();
    ServerContexts server = TlsWorld.server(serverProvider, versions, expired);
    UpstreamTlsContext client = TlsWorld.client(clientProvider, versions, ca.trusted());

    Outcome outcome = pair.handshake(serving(server), asking(client, "shop.example"));

    assertThat(HandshakeVerdicts.upstream(outcome.clientFailure()).reason())
        .isEqualTo(Reason.EXPIRED);
    TlsVerdict seen = HandshakeVerdicts.downstream(outcome.serverFailure());
    assertThat(seen.reason()).isEqualTo(Reason.SERVER_CERTIFICATE_REFUSED);
    assertThat(seen.detail())
        .contains(clientProvider == TlsProvider.BORINGSSL ? "certificate_expired" : "certificate_");
    release(server, client);
  }

  @ParameterizedTest
  @MethodSource("combinations")
  void sendsTheServerNameAsGivenAndNoneForAnAddress(
      TlsProvider clientProvider, TlsProvider serverProvider, TlsVersions versions) {
    Issued both = TestPki.server("shop.example").ip("127.0.0.1").issuer(ca).issue();
    ServerContexts server = TlsWorld.server(serverProvider, versions, both);
    UpstreamTlsContext client = TlsWorld.client(clientProvider, versions, ca.trusted());

    assertThat(sentName(server, client, "shop.example", "shop.example")).isEqualTo("shop.example");
    assertThat(sentName(server, client, "a_b.example", "shop.example"))
        .isEqualTo(clientProvider == TlsProvider.BORINGSSL ? "a_b.example" : "");
    assertThat(sentName(server, client, "x".repeat(300), "shop.example")).isEmpty();
    assertThat(sentName(server, client, "", "127.0.0.1")).isEmpty();
    assertThat(sentName(server, client, "127.0.0.1", "127.0.0.1")).isEmpty();
    release(server, client);
  }

  private String sentName(
      ServerContexts server, UpstreamTlsContext client, String name, String accepted) {
    HelloTap tap = new HelloTap();
    Outcome outcome = pair.handshake(
        serving(server),
        alloc -> client.newHandler(alloc, new HostPort("127.0.0.1", 443), name, List.of(accepted)),
        tap);
    // The JDK's server refuses names with an underscore; what was sent is what counts here.
    assertThat(outcome.client().succeeded() || name.contains("_")).isTrue();
    return tap.hello().serverName();
  }

  /** A session must not let an upstream live on after its CRL. */
  @ParameterizedTest
  @MethodSource("combinations")
  void verifiesAResumedSessionByItsCrl(
      TlsProvider clientProvider, TlsProvider serverProvider, TlsVersions versions) {
    Instant start = Instant.now();
    AtomicReference<Instant> now = new AtomicReference<>(start);
    UpstreamTls policy = new UpstreamTls(
        ca.trusted(),
        new UpstreamTls.ServerNameSent.EndpointName(),
        List.of(),
        false,
        versions,
        List.of(TestCrl.of(ca).until(start.plusSeconds(60)).list()),
        ClientIdentity.NONE);
    ServerContexts server = TlsWorld.server(serverProvider, versions, good);
    UpstreamTlsContext client = UpstreamTlsContext.compile(
        "shop", policy, clientProvider, Timeouts.DEFAULT, () -> Objects.requireNonNull(now.get()));

    Outcome first = pair.handshake(serving(server), asking(client, "shop.example"));
    Outcome second = pair.handshake(serving(server), asking(client, "shop.example"));
    now.set(start.plusSeconds(90));
    Outcome third = pair.handshake(serving(server), asking(client, "shop.example"));

    assertThat(first.client().succeeded()).isTrue();
    assertThat(second.client().succeeded()).isTrue();
    TlsVerdict verdict = third.client().verdict();
    assertThat(verdict).isNotNull();
    assertThat(verdict.reason()).isEqualTo(Reason.CRL_EXPIRED);
    release(server, client);
  }

  @Test
  void verifiesNothingOnlyWhereThatIsSpelledOut() {
    ServerContexts server = TlsWorld.server(
        TlsProvider.BORINGSSL, TlsVersions.MODERN, TestPki.server("x.example").issue());
    UpstreamTlsContext client =
        TlsWorld.client(TlsProvider.BORINGSSL, TlsVersions.MODERN, new TrustAnchors.Unverified());

    assertThat(client.verified()).isFalse();
    assertThat(pair.handshake(serving(server), asking(client, "shop.example"))
            .client()
            .failure())
        .isNull();
    release(server, client);
  }

  @Test
  void freesContextsAfterTheirLastConnection() {
    ServerContexts server = TlsWorld.server(TlsProvider.BORINGSSL, TlsVersions.MODERN, good);
    UpstreamTlsContext client =
        TlsWorld.client(TlsProvider.BORINGSSL, TlsVersions.MODERN, ca.trusted());
    pair.handshake(serving(server), asking(client, "shop.example"));
    pair.handshake(serving(server), asking(client, "wrong.example"));

    release(server, client);

    assertThat(((ReferenceCounted) client.sslContext()).refCnt()).isZero();
    assertThat(((ReferenceCounted) server.contexts().getFirst().sslContext()).refCnt())
        .isZero();
  }

  private static void release(ServerContexts server, UpstreamTlsContext client) {
    server.release();
    client.release();
  }

  /** A clock that is read once for each verification. */
  private static final class CountingClock implements InstantSource {
    private final AtomicInteger reads = new AtomicInteger();

    @Override
    public Instant instant() {
      reads.incrementAndGet();
      return InstantSource.system().instant();
    }

    int count() {
      return reads.get();
    }
  }
}
