package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.ClientAuth;
import io.reseal.config.ClientAuth.ForwardedFields;
import io.reseal.config.ClientAuth.Mode;
import io.reseal.config.ListenerSecurity.UnknownServerName;
import io.reseal.config.RevocationList;
import io.reseal.config.ServerIdentity;
import io.reseal.core.DataPlane;
import io.reseal.core.failure.Refusal;
import io.reseal.core.observe.DataPlaneObserver;
import io.reseal.core.observe.ExchangeRecord;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.Fields;
import io.reseal.testkit.H2RawClient;
import io.reseal.testkit.OpensslClient;
import io.reseal.testkit.ProxyFixture;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RecordingOrigin;
import io.reseal.testkit.TestCrl;
import io.reseal.testkit.TestPki;
import io.reseal.testkit.TestPki.Issued;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates of clients: who is let in, what others are told, and what upstreams hear of it. */
final class ClientAuthTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n";
  private static final Instant NOW = Instant.now();

  private static final Issued CLIENTS = TestPki.ca("Client CA");
  private static final Issued INTERMEDIATE =
      TestPki.authority("Client Issuing CA").issuer(CLIENTS).issue();
  private static final Issued REVOKED = client("revoked").issuer(CLIENTS).issue();
  private static final Issued ALICE = client("alice").issuer(CLIENTS).issue();

  private static final List<String> REFUSED = new CopyOnWriteArrayList<>();
  private static final List<String> SERVED = new CopyOnWriteArrayList<>();
  private static RecordingOrigin origin;
  private static DataPlane proxy;

  @TempDir
  Path folder;

  private static TestPki.Request client(String name) {
    return TestPki.server(name).purposes(TestPki.CLIENT_AUTH);
  }

  private static ClientAuth asked(
      Mode mode, List<RevocationList> lists, ForwardedFields... forwarded) {
    return new ClientAuth.Asked(
        mode, List.of(CLIENTS.certificate()), "clients.pem", lists, Arrays.asList(forwarded));
  }

  private static ServerIdentity identity(String host, ClientAuth clients) {
    return new ServerIdentity(
        host, List.of(host), List.of(Certificates.FRONT.issue(host)), clients);
  }

  @BeforeAll
  static void start() throws Exception {
    origin = RecordingOrigin.tls(ProxySetup.originIdentity()).start();
    List<RevocationList> lists = List.of(
        TestCrl.of(CLIENTS).revoke(REVOKED).list(), TestCrl.of(INTERMEDIATE).list());
    List<RevocationList> stale =
        List.of(TestCrl.of(CLIENTS).until(NOW.minus(Duration.ofMinutes(1))).list());
    ProxySetup setup = new ProxySetup()
        .identity(identity(
            "required.test",
            asked(
                Mode.REQUIRED,
                lists,
                ForwardedFields.X_SSL_CLIENT,
                ForwardedFields.CLIENT_CERT,
                ForwardedFields.CLIENT_CERT_CHAIN)))
        .identity(
            identity("optional.test", asked(Mode.OPTIONAL, lists, ForwardedFields.X_SSL_CLIENT)))
        .identity(identity("silent.test", asked(Mode.REQUIRED, List.of())))
        .identity(identity("stale.test", asked(Mode.REQUIRED, stale)))
        .identity(identity("open.test", ClientAuth.NOT_ASKED))
        .unknownServerName(new UnknownServerName.ServeIdentity("open.test"))
        .upstream("origin", origin);
    for (String host : List.of("required", "optional", "silent", "stale", "open")) {
      setup.reencrypt(host + ".test", "origin");
    }
    proxy = DataPlane.start(setup.config(), new DataPlaneObserver() {
      @Override
      public void connectionRefused(String listener, String peer, Refusal refusal) {
        REFUSED.add(refusal.token() + " " + refusal.logLine());
      }

      @Override
      public void exchangeEnded(ExchangeRecord exchange) {
        SERVED.add(exchange.client().tls().clientIdentity());
      }
    });
  }

  @AfterAll
  static void stop() {
    proxy.close();
    origin.close();
  }

  @BeforeEach
  void forget() {
    REFUSED.clear();
    SERVED.clear();
  }

  private OpensslClient connecting(String serverName, String version) throws IOException {
    InetSocketAddress address =
        Objects.requireNonNull(proxy.addresses().get(ProxySetup.HTTPS)).getFirst();
    return OpensslClient.of(folder, address).serverName(serverName).with("-" + version);
  }

  @ParameterizedTest
  @CsvSource({"required.test, tls1_2", "required.test, tls1_3", "optional.test, tls1_2"})
  void letsAGoodClientIn(String host, String version) throws Exception {
    OpensslClient.Result result =
        connecting(host, version).showing(ALICE).send(GET.formatted(host));
    assertThat(result.output()).contains("HTTP/1.1 200");
    assertThat(origin.lastRequest().fields().first("x-ssl-client-dn")).isEqualTo("CN=alice");
    assertThat(SERVED).containsExactly("CN=alice");
  }

  /** The client is told as far as TLS has an alert for it; the verdict is exact. */
  @ParameterizedTest
  @CsvSource({
    "none, required.test, tls1_2, 40, no_certificate",
    "none, required.test, tls1_3, 116, no_certificate",
    "expired, required.test, tls1_2, 45, expired",
    "expired, required.test, tls1_3, 45, expired",
    "expired, optional.test, tls1_3, 45, expired",
    "expired, optional.test, tls1_2, 45, expired",
    "early, required.test, tls1_3, 45, not_yet_valid",
    "stranger, required.test, tls1_2, 48, unknown_issuer",
    "stranger, optional.test, tls1_3, 48, unknown_issuer",
    "impostor, required.test, tls1_3, 51, same_name_other_key",
    "self-signed, required.test, tls1_3, 48, self_signed",
    "server, required.test, tls1_2, 43, wrong_usage",
    "server, required.test, tls1_3, 43, wrong_usage",
    "weak, required.test, tls1_3, 42, weak_key",
    "no-intermediate, required.test, tls1_3, 48, missing_intermediate",
    "revoked, required.test, tls1_2, 44, revoked",
    "revoked, required.test, tls1_3, 44, revoked",
    "revoked, optional.test, tls1_3, 44, revoked",
    "alice, stale.test, tls1_2, 46, crl_expired",
    "alice, stale.test, tls1_3, 46, crl_expired",
    "nested, stale.test, tls1_3, 46, crl_missing",
  })
  void refusesABadClient(String who, String host, String version, int alert, String reason)
      throws Exception {
    int before = origin.requests().size();
    // The program would not show a weak key by itself.
    OpensslClient client = connecting(host, version).with("-cipher", "DEFAULT@SECLEVEL=0");
    if (!who.equals("none")) {
      client.showing(someone(who));
    }
    OpensslClient.Result result = client.send(GET.formatted(host));
    assertThat(result.output()).doesNotContain("HTTP/1.1");
    Await.until(() -> !REFUSED.isEmpty());
    assertThat(REFUSED).singleElement().asString().startsWith(reason + " " + host + ": ");
    assertThat(result.alert()).as(result.output()).isEqualTo(alert);
    if (!who.equals("none")) {
      assertThat(REFUSED.getFirst())
          .contains("configured CA: CN=Client CA", "configured CA source: clients.pem")
          .contains("subject: CN=" + who, "issuer: CN=", "chain: CN=" + who)
          .contains("(" + alert + "); alert direction: sent to the client");
    }
    assertThat(origin.requests()).hasSize(before);
  }

  private static Issued someone(String who) {
    Instant longAgo = NOW.minus(Duration.ofDays(30));
    return switch (who) {
      case "alice" -> ALICE;
      case "revoked" -> REVOKED;
      case "expired" ->
        client(who)
            .issuer(CLIENTS)
            .validFrom(longAgo)
            .validUntil(NOW.minusSeconds(1))
            .issue();
      case "early" ->
        client(who).issuer(CLIENTS).validFrom(NOW.plusSeconds(3_600)).issue();
      case "stranger" -> client(who).issuer(TestPki.ca("Another CA")).issue();
      case "impostor" -> client(who).issuer(TestPki.ca("Client CA")).issue();
      case "self-signed" -> client(who).issue();
      case "server" ->
        TestPki.server(who).purposes(TestPki.SERVER_AUTH).issuer(CLIENTS).issue();
      case "weak" -> client(who).keys(TestPki.weakRsa()).issuer(CLIENTS).issue();
      case "nested" -> client(who).issuer(INTERMEDIATE).issue();
      case "no-intermediate" -> {
        Issued nested = client(who).issuer(INTERMEDIATE).issue();
        yield nested.presenting(nested.certificate());
      }
      default -> throw new IllegalArgumentException(who);
    };
  }

  @Test
  void saysWhenAndWhyACertificateWasRevoked() throws Exception {
    connecting("required.test", "tls1_3").showing(REVOKED).send("");
    Await.until(() -> !REFUSED.isEmpty());
    assertThat(REFUSED.getFirst())
        .contains("it was revoked at 20", "key compromise", "from test.crl");
  }

  @Test
  void checksEveryCertificateBelowTheTrustedCa() throws Exception {
    Issued nested = client("nested").issuer(INTERMEDIATE).issue();
    OpensslClient.Result result =
        connecting("required.test", "tls1_3").showing(nested).send(GET.formatted("required.test"));
    assertThat(result.output()).contains("HTTP/1.1 200");
    assertThat(origin.lastRequest().fields().all("client-cert-chain")).hasSize(1);
  }

  @Test
  void tellsClientsWhichCasAreTrusted() throws Exception {
    OpensslClient.Result result =
        connecting("required.test", "tls1_3").showing(ALICE).send(GET.formatted("required.test"));
    assertThat(result.output())
        .containsPattern("Acceptable client certificate CA names\\s+CN ?= ?Client CA");
  }

  @Test
  void servesAClientWithoutACertificateWhereItIsOptional() throws Exception {
    OpensslClient.Result result =
        connecting("optional.test", "tls1_3").send(GET.formatted("optional.test"));
    assertThat(result.output()).contains("HTTP/1.1 200");
    Fields fields = origin.lastRequest().fields();
    assertThat(fields.all("x-ssl-client-verify")).containsExactly("NONE");
    assertThat(fields.has("x-ssl-client-dn")).isFalse();
  }

  @Test
  void tellsUpstreamsOfTheCertificate() throws Exception {
    connecting("required.test", "tls1_3").showing(ALICE).send(GET.formatted("required.test"));
    Fields fields = origin.lastRequest().fields();
    assertThat(fields.all("x-ssl-client-verify")).containsExactly("SUCCESS");
    assertThat(fields.all("x-ssl-client-dn")).containsExactly("CN=alice");
    assertThat(fields.all("x-ssl-client-issuer-dn")).containsExactly("CN=Client CA");
    assertThat(fields.all("x-ssl-client-serial"))
        .containsExactly(ALICE.certificate().getSerialNumber().toString(16));
    assertThat(fields.first("x-ssl-client-fingerprint")).matches("[0-9a-f]{64}");
    assertThat(fields.all("client-cert"))
        .containsExactly(
            ":" + Base64.getEncoder().encodeToString(ALICE.certificate().getEncoded()) + ":");
    assertThat(fields.has("client-cert-chain")).isFalse();
  }

  @Test
  void cannotForgeAFieldByItsName() throws Exception {
    Issued forger = client("x")
        .subject("CN=eve\\0D\\0AX-Admin: 1,O=\u00E9t\u00E9")
        .issuer(CLIENTS)
        .issue();
    connecting("required.test", "tls1_3").showing(forger).send(GET.formatted("required.test"));
    assertThat(origin.lastRequest().fields().has("x-admin")).isFalse();
    assertThat(origin.lastRequest().fields().first("x-ssl-client-dn"))
        .contains("\\0D\\0AX-Admin: 1")
        .contains("\\C3\\A9t\\C3\\A9");
  }

  @ParameterizedTest
  @ValueSource(strings = {"silent.test", "open.test"})
  void dropsWhatClientsSendInTheseFields(String host) throws Exception {
    String forged = "X-SSL-Client-Verify: SUCCESS\r\nX-SSL-Client-DN: CN=admin\r\n"
        + "Client-Cert: :AAAA:\r\ncLiEnT-cErT-cHaIn: :AAAA:\r\nSSL-Client-Cert: x\r\n";
    connecting(host, "tls1_3")
        .showing(ALICE)
        .send(GET.formatted(host).replace("Connection", forged + "Connection"));
    Fields fields = origin.lastRequest().fields();
    assertThat(fields.names())
        .noneMatch(name ->
            name.toLowerCase(java.util.Locale.ROOT).matches("x-ssl-.*|client-cert.*|ssl-client.*"));
  }

  @Test
  void dropsTheseFieldsFromTrailersToo() throws Exception {
    connecting("silent.test", "tls1_3")
        .showing(ALICE)
        .send("POST / HTTP/1.1\r\nHost: silent.test\r\nTransfer-Encoding: chunked\r\n"
            + "Connection: close\r\n\r\n1\r\nx\r\n0\r\nX-Sum: 1\r\n"
            + "X-SSL-Client-DN: CN=admin\r\nClient-Cert: :AAAA:\r\n\r\n");
    assertThat(origin.lastRequest().trailers().names()).containsExactly("x-sum");
  }

  /** Whoever was let in under one policy is not served under another, in whatever direction. */
  @ParameterizedTest
  @CsvSource({
    "open.test, required.test, 421",
    "open.test, optional.test, 421",
    "optional.test, required.test, 421",
    "silent.test, required.test, 421",
    "required.test, open.test, 421",
    "'', required.test, 421",
    "'', open.test, 200",
    "unknown.test, required.test, 421",
  })
  void servesNoHostOfAnotherPolicy(String serverName, String host, int status) throws Exception {
    OpensslClient.Result result =
        connecting(serverName, "tls1_3").showing(ALICE).send(GET.formatted(host));
    assertThat(result.output()).contains("HTTP/1.1 " + status);
  }

  @Test
  void sendsACoalescedStreamBack() throws Exception {
    InetSocketAddress address =
        Objects.requireNonNull(proxy.addresses().get(ProxySetup.HTTPS)).getFirst();
    try (H2RawClient client = H2RawClient.connect(ProxyFixture.hello("open.test"), address)) {
      assertThat(client.get("open.test", "/").complete().status()).isEqualTo(200);
      assertThat(client.get("required.test", "/").complete().status()).isEqualTo(421);
      assertThat(client.get("open.test", "/").complete().status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tls1_2", "tls1_3"})
  void keepsTheCertificateOfAResumedSession(String version) throws Exception {
    Path session = folder.resolve("session");
    connecting("required.test", version)
        .showing(ALICE)
        .with("-sess_out", session.toString())
        .send(GET.formatted("required.test"));
    OpensslClient.Result result = connecting("required.test", version)
        .with("-sess_in", session.toString())
        .send(GET.formatted("required.test"));
    assertThat(result.resumed()).as(result.output()).isTrue();
    assertThat(result.output()).contains("HTTP/1.1 200");
    assertThat(origin.lastRequest().fields().first("x-ssl-client-dn")).isEqualTo("CN=alice");
  }

  /** A session of an open host must not open the door of a closed one, nor one closed another. */
  @ParameterizedTest
  @CsvSource({
    "open.test, required.test, tls1_2",
    "open.test, required.test, tls1_3",
    "silent.test, required.test, tls1_2",
    "silent.test, required.test, tls1_3",
    "optional.test, required.test, tls1_3",
  })
  void resumesNoSessionOfAnotherPolicy(String from, String to, String version) throws Exception {
    Path session = folder.resolve("session");
    connecting(from, version)
        .showing(ALICE)
        .with("-sess_out", session.toString())
        .send(GET.formatted(from));
    int before = origin.requests().size();
    OpensslClient.Result result =
        connecting(to, version).with("-sess_in", session.toString()).send(GET.formatted(to));
    assertThat(result.resumed()).isFalse();
    assertThat(result.output()).doesNotContain("HTTP/1.1");
    assertThat(origin.requests()).hasSize(before);
  }
}
