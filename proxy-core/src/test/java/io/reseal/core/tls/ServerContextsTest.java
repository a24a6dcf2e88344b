package io.reseal.core.tls;

import static io.reseal.core.tls.TlsWorld.serving;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.internal.tcnative.SSL;
import io.netty.util.ReferenceCounted;
import io.reseal.config.KeyPairMaterial;
import io.reseal.config.ListenerSecurity.Tls;
import io.reseal.config.ListenerSecurity.UnknownServerName;
import io.reseal.config.ListenerSecurity.UnknownServerName.Refuse;
import io.reseal.config.ListenerSecurity.UnknownServerName.ServeIdentity;
import io.reseal.config.RuntimeSettings.TlsProvider;
import io.reseal.config.ServerIdentity;
import io.reseal.config.TlsVersions;
import io.reseal.core.failure.TlsVerdict.Reason;
import io.reseal.core.tls.TlsPair.Outcome;
import io.reseal.testkit.TestPki;
import io.reseal.testkit.TestPki.Issued;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.IntStream;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What clients are shown, by server name and by what they can do. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ServerContextsTest {
  private final TlsPair pair = new TlsPair();
  private final Issued ca = TestPki.ca("Front CA");
  private final Issued ecdsa = TestPki.server("shop.example").issuer(ca).issue();
  private final Issued rsa =
      TestPki.server("shop.example").keys(TestPki.rsa()).issuer(ca).issue();

  @AfterAll
  void close() {
    pair.close();
  }

  private static ServerContexts compile(
      UnknownServerName unknown, TlsProvider provider, ServerIdentity... identities) {
    List<ServerIdentity> all = List.of(identities);
    Tls tls = new Tls(
        TlsVersions.MODERN,
        Tls.DEFAULT_GROUPS,
        all.stream().map(ServerIdentity::name).toList(),
        unknown,
        true);
    return ServerContexts.compile(tls, all, provider, null);
  }

  private static ServerIdentity identity(String name, Issued issued, String... serverNames) {
    return new ServerIdentity(name, List.of(serverNames), List.of(issued.material()));
  }

  /** A client that trusts everyone and can be limited. */
  private static SslContextBuilder anyClient() {
    return SslContextBuilder.forClient()
        .sslProvider(SslProvider.JDK)
        .trustManager(InsecureTrustManagerFactory.INSTANCE)
        .endpointIdentificationAlgorithm(null);
  }

  private static Function<ByteBufAllocator, SslHandler> client(SslContext context) {
    return alloc -> context.newHandler(alloc, "shop.example", 443);
  }

  @Test
  void selectsByExactNameThenWildcardThenDefault() {
    ServerContexts contexts = compile(
        new ServeIdentity("fallback"),
        TlsProvider.BORINGSSL,
        identity("wild", ecdsa, "*.shop.example"),
        identity("exact", ecdsa, "a.shop.example", "shop.example"),
        identity("late", ecdsa, "shop.example"),
        identity("fallback", ecdsa));
    assertThat(selected(contexts, "a.shop.example")).isEqualTo("exact");
    assertThat(selected(contexts, "b.shop.example")).isEqualTo("wild");
    assertThat(selected(contexts, "shop.example")).isEqualTo("exact");
    assertThat(selected(contexts, "a.b.shop.example")).isEqualTo("fallback");
    assertThat(selected(contexts, "")).isEqualTo("fallback");
    assertThat(contexts.selectKnown("")).isNull();
    assertThat(contexts.contexts())
        .extracting(ServerContext::policyGroup)
        .hasSize(4)
        .doesNotHaveDuplicates();
    contexts.release();
  }

  private static String selected(ServerContexts contexts, String serverName) {
    return Objects.requireNonNull(contexts.select(serverName)).identityName();
  }

  @Test
  void refusesUnknownNamesWhereToldTo() {
    ServerContexts contexts =
        compile(new Refuse(), TlsProvider.BORINGSSL, identity("shop", ecdsa, "shop.example"));
    assertThat(contexts.select("other.example")).isNull();
    assertThat(contexts.select("")).isNull();
    assertThat(contexts.select("shop.example")).isNotNull();
    contexts.release();
  }

  @Test
  void servesADefaultIdentityThatTheListenerDoesNotList() {
    Tls tls = new Tls(
        TlsVersions.MODERN, Tls.DEFAULT_GROUPS, List.of(), new ServeIdentity("other"), true);
    ServerContexts contexts = ServerContexts.compile(
        tls, List.of(identity("other", ecdsa, "shop.example")), TlsProvider.BORINGSSL, null);
    assertThat(selected(contexts, "x.example")).isEqualTo("other");
    contexts.release();
  }

  @Test
  void freesWhatWasBuiltWhenALaterIdentityIsBad() {
    Issued mixed = new Issued(ecdsa.chain(), TestPki.ec());
    ServerIdentity good = identity("good", ecdsa, "good.example");
    ServerIdentity bad = new ServerIdentity(
        "bad", List.of("bad.example"), List.of(rsa.material(), mixed.material()));
    assertThatThrownBy(() -> compile(new Refuse(), TlsProvider.BORINGSSL, good, bad))
        .isInstanceOf(TlsSetupException.class)
        .hasMessageContaining("\"bad\"")
        .hasMessageContaining("test");
    assertThatThrownBy(() -> compile(new ServeIdentity("missing"), TlsProvider.BORINGSSL, good))
        .hasMessageContaining("\"missing\"");
  }

  @ParameterizedTest
  @CsvSource({
    "BORINGSSL, TLSv1.2, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, EC",
    "BORINGSSL, TLSv1.2, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, RSA",
    "BORINGSSL, TLSv1.2, , EC",
    "BORINGSSL, TLSv1.3, , EC",
    "JDK, TLSv1.2, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, EC",
    "JDK, TLSv1.2, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, RSA",
    "JDK, TLSv1.2, , EC",
    "JDK, TLSv1.3, , EC"
  })
  void showsTheCertificateThatTheClientCanUse(
      TlsProvider provider, String version, String cipher, String algorithm) throws SSLException {
    // The other way round in the configuration: ECDSA comes first whatever the order there.
    ServerContexts contexts = TlsWorld.server(provider, TlsVersions.MODERN, rsa, ecdsa);
    SslContextBuilder builder = anyClient().protocols(version);
    if (cipher != null) {
      builder.ciphers(List.of(cipher));
    }
    Outcome outcome = pair.handshake(serving(contexts), client(builder.build()));
    assertThat(outcome.client().failure()).isNull();
    assertThat(
            Objects.requireNonNull(outcome.client().peerLeaf()).getPublicKey().getAlgorithm())
        .isEqualTo(algorithm);
    contexts.release();
  }

  @ParameterizedTest
  @CsvSource({"rsa_pss_rsae_sha256, RSA", "ecdsa_secp256r1_sha256, EC"})
  void obeysTheSignaturesOfTls13Clients(String scheme, String algorithm) throws SSLException {
    ServerContexts contexts =
        TlsWorld.server(TlsProvider.BORINGSSL, TlsVersions.MODERN, ecdsa, rsa);
    SslContext limited = anyClient().protocols("TLSv1.3").build();
    Outcome outcome = pair.handshake(serving(contexts), alloc -> {
      SslHandler handler = limited.newHandler(alloc, "shop.example", 443);
      var parameters = handler.engine().getSSLParameters();
      parameters.setSignatureSchemes(new String[] {scheme});
      handler.engine().setSSLParameters(parameters);
      return handler;
    });
    assertThat(outcome.client().failure()).isNull();
    assertThat(
            Objects.requireNonNull(outcome.client().peerLeaf()).getPublicKey().getAlgorithm())
        .isEqualTo(algorithm);
    contexts.release();
  }

  @ParameterizedTest
  @EnumSource(TlsProvider.class)
  void hasNoCipherForOldClients(TlsProvider provider) throws SSLException {
    ServerContexts contexts = TlsWorld.server(provider, TlsVersions.MODERN, ecdsa);
    SslContext cbcOnly = anyClient()
        .protocols("TLSv1.2")
        .ciphers(List.of("TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"))
        .build();
    Outcome outcome = pair.handshake(serving(contexts), client(cbcOnly));
    assertThat(HandshakeVerdicts.downstream(outcome.serverFailure()).reason())
        .isEqualTo(Reason.CIPHER_MISMATCH);
    contexts.release();
  }

  @ParameterizedTest
  @EnumSource(TlsProvider.class)
  void hasNoVersionForClientsOfAnother(TlsProvider provider) throws SSLException {
    ServerContexts contexts = TlsWorld.server(provider, TlsWorld.TLS_1_3, ecdsa);
    SslContext old = anyClient().protocols("TLSv1.2").build();
    Outcome outcome = pair.handshake(serving(contexts), client(old));
    assertThat(HandshakeVerdicts.downstream(outcome.serverFailure()).reason())
        .isEqualTo(Reason.PROTOCOL_MISMATCH);
    contexts.release();
  }

  @ParameterizedTest
  @CsvSource({
    "BORINGSSL, h2, h2",
    "BORINGSSL, http/1.1, http/1.1",
    "JDK, h2, h2",
    "JDK, http/1.1, http/1.1"
  })
  void negotiatesTheApplicationProtocol(TlsProvider provider, String offered, String result)
      throws SSLException {
    ServerContexts contexts = TlsWorld.server(provider, TlsVersions.MODERN, ecdsa);
    SslContext offering = anyClient()
        .applicationProtocolConfig(new ApplicationProtocolConfig(
            Protocol.ALPN,
            SelectorFailureBehavior.NO_ADVERTISE,
            SelectedListenerFailureBehavior.ACCEPT,
            offered))
        .build();
    Outcome outcome = pair.handshake(serving(contexts), client(offering));
    assertThat(outcome.server().negotiated().applicationProtocol()).isEqualTo(result);
    ServerContext context = contexts.contexts().getFirst();
    assertThat(context.acceptsAlpn(List.of())).isTrue();
    assertThat(context.acceptsAlpn(List.of("foo", offered))).isTrue();
    assertThat(context.acceptsAlpn(List.of("foo"))).isFalse();
    contexts.release();
  }

  @Test
  void refusesForeignApplicationProtocolsByTheJdk() throws SSLException {
    ServerContexts contexts = TlsWorld.server(TlsProvider.JDK, TlsVersions.MODERN, ecdsa);
    SslContext foreign = anyClient()
        .applicationProtocolConfig(new ApplicationProtocolConfig(
            Protocol.ALPN,
            SelectorFailureBehavior.NO_ADVERTISE,
            SelectedListenerFailureBehavior.ACCEPT,
            "foo"))
        .build();
    Outcome outcome = pair.handshake(serving(contexts), client(foreign));
    assertThat(HandshakeVerdicts.downstream(outcome.serverFailure()).reason())
        .as(outcome.serverFailure().toString())
        .isEqualTo(Reason.ALPN_MISMATCH);
    assertThat(HandshakeVerdicts.upstream(outcome.clientFailure()).reason())
        .isEqualTo(Reason.ALPN_MISMATCH);
    contexts.release();
  }

  @Test
  void agreesOnAPostQuantumGroup() {
    ServerContexts contexts = TlsWorld.server(TlsProvider.BORINGSSL, TlsVersions.MODERN, ecdsa);
    UpstreamTlsContext client =
        TlsWorld.client(TlsProvider.BORINGSSL, TlsVersions.MODERN, ca.trusted());
    AtomicReference<String> group = new AtomicReference<>("");
    Outcome outcome = pair.handshake(serving(contexts), alloc -> {
      SslHandler made = TlsWorld.asking(client, "shop.example").apply(alloc);
      made.handshakeFuture()
          .addListener(done -> group.set(
              SSL.getGroupName(((ReferenceCountedOpenSslEngine) made.engine()).sslPointer())));
      return made;
    });
    assertThat(outcome.client().failure()).isNull();
    assertThat(group.get()).isEqualTo("X25519MLKEM768");
    contexts.release();
    client.release();
  }

  @Test
  void refusesKeysThatWouldNeverBeShown() throws GeneralSecurityException {
    KeyPair edwards = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    Issued issued = TestPki.server("shop.example").keys(edwards).issuer(ca).issue();
    assertThatThrownBy(() ->
            compile(new Refuse(), TlsProvider.BORINGSSL, identity("ed", issued, "shop.example")))
        .isInstanceOf(TlsSetupException.class)
        .hasMessageContaining("EdDSA")
        .hasMessageContaining("RSA or EC");
  }

  @ParameterizedTest
  @CsvSource({"TLSv1.2", "TLSv1.3"})
  void resumesItsOwnSessionsAndNoOthers(String version) throws SSLException {
    ServerContexts contexts = compile(
        new Refuse(),
        TlsProvider.BORINGSSL,
        identity("one", ecdsa, "one.example"),
        identity("two", ecdsa, "two.example"));
    SslContext client =
        anyClient().sslProvider(SslProvider.OPENSSL_REFCNT).protocols(version).build();
    Function<ByteBufAllocator, SslHandler> one =
        alloc -> contexts.contexts().getFirst().newHandler(alloc);
    Function<ByteBufAllocator, SslHandler> two =
        alloc -> contexts.contexts().getLast().newHandler(alloc);

    assertThat(pair.handshake(one, client(client)).server().negotiated().resumed())
        .isFalse();
    assertThat(pair.handshake(one, client(client)).server().negotiated().resumed())
        .isTrue();
    Outcome elsewhere = pair.handshake(two, client(client));
    assertThat(elsewhere.client().failure()).isNull();
    assertThat(elsewhere.server().negotiated().resumed())
        .as("the session of one identity at another")
        .isFalse();
    contexts.release();
    ((ReferenceCounted) client).release();
  }

  @Test
  void compilesTenThousandIdentities() {
    KeyPairMaterial material = ecdsa.material();
    List<ServerIdentity> identities = IntStream.range(0, 10_000)
        .mapToObj(
            i -> new ServerIdentity("id" + i, List.of("host" + i + ".example"), List.of(material)))
        .toList();
    ServerContexts contexts =
        compile(new Refuse(), TlsProvider.BORINGSSL, identities.toArray(ServerIdentity[]::new));
    assertThat(selected(contexts, "host9999.example")).isEqualTo("id9999");
    assertThat(contexts.contexts()).hasSize(10_000);
    UpstreamTlsContext client =
        TlsWorld.client(TlsProvider.BORINGSSL, TlsVersions.MODERN, ca.trusted());
    Outcome outcome = pair.handshake(
        alloc -> contexts.contexts().get(1234).newHandler(alloc),
        TlsWorld.asking(client, "shop.example"));
    assertThat(outcome.client().failure()).isNull();
    client.release();
    contexts.release();
    assertThat(contexts.contexts())
        .allMatch(context -> ((ReferenceCounted) context.sslContext()).refCnt() == 0);
  }

  @ParameterizedTest
  @EnumSource(TlsProvider.class)
  void servesOldCertificates(TlsProvider provider) {
    Issued old = TestPki.commonNameOnly("shop.example")
        .keys(TestPki.rsa())
        .issuer(ca)
        .version1()
        .serial(0)
        .issue();
    ServerContexts contexts = TlsWorld.server(provider, TlsVersions.MODERN, old);
    UpstreamTlsContext client =
        TlsWorld.client(TlsProvider.BORINGSSL, TlsVersions.MODERN, ca.trusted());
    Outcome outcome = pair.handshake(serving(contexts), TlsWorld.asking(client, "shop.example"));
    assertThat(HandshakeVerdicts.upstream(outcome.clientFailure()).reason())
        .isEqualTo(Reason.COMMON_NAME_ONLY);
    contexts.release();
    client.release();
  }
}
